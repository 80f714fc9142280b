// @ts-check
// One slice onto one canvas.

import { ABOVE, BELOW, NAN, OVER, UNDER, entryOf, inkOn, markOf } from "./colour.js";
import { footCols, footRows } from "./layout.js";
import { inCell } from "./numbers.js";

const PALE = 0.38; // opacity of the copies that a stretched cell stands for
const NOTHING = 0xff8a8a8a; // the grey under the pattern of a value that has no colour

/** Which cell each drawn pixel reads. */
export const nearest = (count, drawn) =>
  Int32Array.from({ length: drawn }, (_, pixel) => Math.floor(((pixel + 0.5) * count) / drawn));

/** As above; more cells than pixels are sampled evenly, fewer drawn once each. */
const samples = (count, pixels) => nearest(count, Math.max(1, Math.min(count, pixels)));

/**
 * Fill pixels with a slice: `start` is the offset of its first cell. Returns the cells that need a mark.
 * @param {import('./types').Slice} slice
 * @param {import('./types').ColourScale} scale
 */
export function fillPixels(pixels, width, left, top, slice, scale) {
  const marks = [];
  const { values, minus, start, rowStep, colStep, rowAt, colAt } = slice;
  const { table, factor, low, high, start: zero } = scale;
  const slack = (high - low) * 1e-6;
  const [least, most] = [low - slack, high + slack];
  for (let y = 0; y < rowAt.length; y++) {
    const row = start + rowAt[y] * rowStep;
    let out = (top + y) * width + left;
    for (let x = 0; x < colAt.length; x++) {
      const offset = row + colAt[x] * colStep;
      const value = minus === null ? values[offset] : values[offset] - minus[offset];
      if (value >= least && value <= most) {
        const entry = (zero + value * factor + 0.5) | 0;
        pixels[out++] = table[entry < 0 ? 0 : entry > 255 ? 255 : entry];
      } else {
        const mark = markOf(scale, value);
        pixels[out++] = mark === NAN ? NOTHING : table[mark === ABOVE || mark === OVER ? 255 : 0];
        marks.push(rowAt[y], colAt[x], mark);
      }
    }
  }
  return marks;
}

/**
 * The slice of a panel as something to read from.
 * @param {import('./types').Panel} panel
 * @param {import('./types').Plan} plan
 */
export function sliceOf(panel, plan, start, pixelRows, pixelCols) {
  return {
    values: panel.values,
    minus: null,
    start, // `minus`: what is taken from the values, to see a difference
    rowStep: plan.rowAxis < 0 ? 0 : panel.strides[plan.rowAxis],
    colStep: plan.colAxis < 0 ? 0 : panel.strides[plan.colAxis],
    rowAt: samples(plan.rows, pixelRows),
    colAt: samples(plan.cols, pixelCols),
  };
}

/**
 * Smallest and largest finite number of a slice; kept until the values change, since the same ones are asked for again with every frame.
 * @param {import('./types').Panel} panel
 * @param {import('./types').Slice} slice
 */
export function sliceRange(panel, slice) {
  const form = [panel.version, slice.rowStep, slice.colStep, slice.rowAt.length, slice.colAt.length];
  if (!panel.ranges?.form.every((part, place) => part === form[place])) panel.ranges = { form, found: new Map() };
  const { found } = panel.ranges;
  if (!found.has(slice.start)) found.set(slice.start, finiteSlice(panel.values, slice));
  return found.get(slice.start);
}

function finiteSlice(values, { start, rowStep, colStep, rowAt, colAt }) {
  let low = Infinity;
  let high = -Infinity;
  for (let y = 0; y < rowAt.length; y++) {
    const row = start + rowAt[y] * rowStep;
    for (let x = 0; x < colAt.length; x++) {
      const value = values[row + colAt[x] * colStep];
      if (value < low && value !== -Infinity) low = value;
      if (value > high && value !== Infinity) high = value;
    }
  }
  return low <= high ? [low, high] : null;
}

/**
 * The range of a slice together with the same slice of the panel that it is to be compared with, if there is one.
 * @param {import('./types').Model} model
 * @param {import('./types').Panel} panel
 * @param {import('./types').Slice} slice
 */
export function comparedRange(model, panel, slice) {
  const own = sliceRange(panel, slice);
  const other = model.panels[panel.like ?? -1];
  if (
    !other?.values ||
    other.shape.length !== panel.shape.length ||
    other.shape.some((size, axis) => size !== panel.shape[axis])
  )
    return own;
  const theirs = sliceRange(other, slice);
  return own && theirs ? [Math.min(own[0], theirs[0]), Math.max(own[1], theirs[1])] : (own ?? theirs);
}

/**
 * Draw a slice: colours, pale copies where it is stretched, patterns, and numbers where they fit.
 * @param {import('./types').Scratch} scratch
 * @param {import('./types').Plan} plan
 * @param {import('./types').Slice} slice
 * @param {import('./types').ColourScale} scale
 * @param {import('./types').Theme} theme
 */
export function paintSlice(canvas, scratch, plan, slice, scale, theme, dim) {
  const context = canvas.getContext("2d");
  const { width, height } = canvas;
  const image = scratch.imageFor(slice.colAt.length, slice.rowAt.length);
  const marks = fillPixels(image.pixels, slice.colAt.length, 0, 0, slice, scale);
  image.put();
  const [wide, high] = [width / plan.colCopies, height / plan.rowCopies];
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  context.imageSmoothingEnabled = false;
  if (plan.rowCopies * plan.colCopies > 1) paintCopies(context, image, width, height, wide, high);
  context.globalAlpha = dim ? PALE : 1;
  context.drawImage(image.canvas, 0, 0, slice.colAt.length, slice.rowAt.length, 0, 0, wide, high);
  context.globalAlpha = 1;
  const cell = { width: width / footCols(plan), height: height / footRows(plan) };
  paintMarks(context, marks, cell, theme);
  const numbers = dim ? null : numbersThatFit(slice, scale, cell, theme);
  if (numbers && Math.min(cell.width, cell.height) >= 22 * theme.ratio) paintGrid(context, plan, cell, theme);
  if (numbers) paintNumbers(context, numbers, scale, cell, theme);
  return marks;
}

/** What is stretched along an axis is drawn once in full and as pale copies for the rest of that axis. */
function paintCopies(context, image, width, height, wide, high) {
  context.globalAlpha = PALE;
  if (wide < width && high < height) {
    context.drawImage(image.canvas, 0, 0, 1, 1, 0, 0, width, height);
  } else if (wide < width) {
    for (let x = wide; x < width - 0.5; x += wide)
      context.drawImage(image.canvas, 0, 0, 1, image.canvas.height, x, 0, wide, height);
  } else {
    for (let y = high; y < height - 0.5; y += high)
      context.drawImage(image.canvas, 0, 0, image.canvas.width, 1, 0, y, width, high);
  }
  context.globalAlpha = 1;
}

/**
 * @param {import('./types').Plan} plan
 * @param {import('./types').Theme} theme
 */
function paintGrid(context, plan, cell, theme) {
  context.fillStyle = theme.background;
  const line = theme.ratio;
  for (let col = 1; col < footCols(plan); col++)
    context.fillRect(Math.round(col * cell.width) - line / 2, 0, line, context.canvas.height);
  for (let row = 1; row < footRows(plan); row++)
    context.fillRect(0, Math.round(row * cell.height) - line / 2, context.canvas.width, line);
}

/**
 * Values without a true colour carry a pattern, so that they show without colour vision too.
 * @param {import('./types').Theme} theme
 */
function paintMarks(context, marks, cell, theme) {
  for (let place = 0; place < marks.length; place += 3) {
    context.fillStyle = theme.patterns[marks[place + 2]];
    const [y, x] = [Math.floor(marks[place] * cell.height), Math.floor(marks[place + 1] * cell.width)];
    context.fillRect(x, y, Math.ceil(cell.width), Math.ceil(cell.height));
  }
}

/**
 * The values of a slice as texts and the size of their type; null where the cells are too small for them.
 * @param {import('./types').Slice} slice
 * @param {import('./types').ColourScale} scale
 * @param {import('./types').Theme} theme
 */
function numbersThatFit(slice, scale, cell, theme) {
  const count = slice.rowAt.length * slice.colAt.length;
  if (count > 700 || cell.height < 20 * theme.ratio || cell.width < 22 * theme.ratio || theme.numbers === false)
    return null;
  return textsIn(slice, scale, cell, theme, true) ?? textsIn(slice, scale, cell, theme, false);
}

/**
 * @param {import('./types').Slice} slice
 * @param {import('./types').ColourScale} scale
 * @param {import('./types').Theme} theme
 * @param {boolean} full whether long integers are written in full
 */
function textsIn(slice, scale, cell, theme, full) {
  const texts = [];
  const most = Math.max(Math.abs(scale.low), Math.abs(scale.high));
  for (const row of slice.rowAt) {
    for (const col of slice.colAt) {
      const value = slice.values[slice.start + row * slice.rowStep + col * slice.colStep];
      texts.push({ row, col, value, text: inCell(value, most, full) });
    }
  }
  const longest = texts.reduce((most, { text }) => Math.max(most, text.length), 1);
  const size = Math.min(cell.height * 0.42, (cell.width * 0.86) / (longest * 0.6), 26 * theme.ratio);
  return size < 9 * theme.ratio ? null : { texts, size };
}

function paintNumbers(context, { texts, size }, scale, cell, theme) {
  context.font = `${size}px ${theme.codeFont}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const { row, col, value, text } of texts) {
    const finite = Number.isFinite(value);
    const [x, y] = [(col + 0.5) * cell.width, (row + 0.5) * cell.height + size * 0.06];
    context.fillStyle = finite ? inkOn(scale.table[entryOf(scale, value)]) : "#10151c";
    if (markOf(scale, value)) paintPlate(context, x, y, text.length * size * 0.6, size, theme);
    context.fillText(text, x, y);
  }
}

/**
 * A plain ground for a number that stands on a pattern.
 * @param {import('./types').Theme} theme
 */
function paintPlate(context, x, y, width, size, theme) {
  context.fillStyle = "#ffffff";
  context.fillRect(x - width / 2 - 2 * theme.ratio, y - size * 0.62, width + 4 * theme.ratio, size * 1.15);
  context.fillStyle = "#10151c";
}

/** The patterns, as tiles that repeat: strokes for NaN, arrows for infinities, dots for clipped values. */
export function makePatterns(context, ratio) {
  const side = 6 * ratio;
  const tile = (draw) => {
    const canvas = new OffscreenCanvas(side, side);
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    pen.lineWidth = 1.2;
    draw(pen);
    return context.createPattern(canvas, "repeat");
  };
  const strokes =
    (colour, ...lines) =>
    (pen) => {
      for (const [shift, ink] of [
        [0.8, "#ffffff"],
        [0, colour],
      ]) {
        pen.strokeStyle = ink;
        pen.beginPath();
        for (const [x, y, ...rest] of lines) {
          pen.moveTo(x, y + shift);
          for (let at = 0; at < rest.length; at += 2) pen.lineTo(rest[at], rest[at + 1] + shift);
        }
        pen.stroke();
      }
    };
  const dots = (y) => (pen) => {
    pen.fillStyle = "#ffffff";
    pen.fillRect(1, y, 3, 3);
    pen.fillStyle = "#10151c";
    pen.fillRect(1.5, y + 0.5, 2, 2);
  };
  return {
    [NAN]: tile(strokes("#10151c", [-1, 7, 7, -1], [-1, 1, 1, -1], [5, 7, 7, 5])),
    [ABOVE]: tile(strokes("#10151c", [0.5, 4, 3, 1.5, 5.5, 4])),
    [BELOW]: tile(strokes("#10151c", [0.5, 1.5, 3, 4, 5.5, 1.5])),
    [OVER]: tile(dots(0)),
    [UNDER]: tile(dots(3)),
  };
}
