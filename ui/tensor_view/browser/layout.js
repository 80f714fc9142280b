// @ts-check
// Where things go: what each panel draws, and how large a cell can be. Pure arithmetic, in CSS pixels.

import { axesOnScreen } from "./model.js";

const LARGEST = 80; // a cell
const TALLEST = 480; // a panel
const THINNEST = 12; // a panel of one row of tiny cells
const LABEL = 22; // room for the name of the row axis
const SIGN = 44; // room for an operator
const NOTE = 256; // room for the note of a panel that cannot be drawn
// Panels stay side by side down to this share of the cell that they would have one below the other.
const ALL = 0.28; // in one line, which reads as an equation
const SOME = 0.34; // in several

/**
 * What a panel draws of its slice: its own rows and columns, and how often a stretched one is repeated.
 * @param {import('./types').Model} model
 * @param {import('./types').Panel} panel
 * @param {import('./types').View} view
 */
export function slicePlan(model, panel, view) {
  const { rows, cols } = axesOnScreen(model, panel, view);
  const size = (axis) => (axis < 0 ? 1 : panel.shape[axis]);
  const copies = (axis, shared) => {
    const stretched = axis < 0 || (size(axis) === 1 && panel.axes[axis] === shared); // inserted, or of size 1
    return model.stretches && shared !== null && stretched ? model.sizes[shared] : 1;
  };
  return {
    rowAxis: rows,
    colAxis: cols,
    rows: size(rows),
    cols: size(cols),
    rowCopies: copies(rows, view.rows),
    colCopies: copies(cols, view.cols),
  };
}

/**
 * @param {import('./types').Plan} plan
 */
export const footRows = (plan) => plan.rows * plan.rowCopies;
/**
 * @param {import('./types').Plan} plan
 */
export const footCols = (plan) => plan.cols * plan.colCopies;

/** Cell size and panels in a line: as large as fits, side by side while that does not cost too much. A panel that
 * cannot be drawn has no plan (null) but takes room for its note. */
export function arrange(plans, width, { tallest = TALLEST, largest = LARGEST } = {}) {
  const one = cellFor(plans, width, 1, tallest, largest);
  for (let line = plans.length; line > 1; line--) {
    if (line === 2 && plans.length === 3) continue; // "a × b" in one line and "= c" in the next reads as two equations
    const cell = cellFor(plans, width, line, tallest, largest);
    if (cell >= (line === plans.length ? ALL : SOME) * one) return { line, cell };
  }
  return { line: 1, cell: one };
}

function cellFor(plans, width, line, tallest, largest) {
  const rows = Math.max(1, ...plans.filter(Boolean).map(footRows));
  let cell = Math.min(largest, tallest / rows);
  for (let start = 0; start < plans.length; start += line) {
    const part = plans.slice(start, start + line);
    const notes = part.filter((plan) => plan === null).length;
    const signs = line > 1 ? part.length - (start ? 0 : 1) : 0; // every line but the first begins with one
    const taken = part.length * LABEL + signs * SIGN + notes * NOTE + 5; // padding, and a width that was rounded up
    const columns = part.reduce((sum, plan) => sum + (plan ? footCols(plan) : 0), 0);
    cell = Math.min(cell, (width - taken) / Math.max(1, columns));
  }
  return cell > 4 ? Math.floor(cell) : Math.max(0.001, cell);
}

/**
 * The size of a panel on screen. A single row of tiny cells stays thick enough to see.
 * @param {import('./types').Plan} plan
 */
export function panelBox(plan, cell) {
  const width = footCols(plan) * cell;
  const height = footRows(plan) * cell;
  return { width: Math.max(width, Math.min(THINNEST, LARGEST)), height: Math.max(height, THINNEST) };
}

const SHARE = 0.53; // of the window's height for the panels

/** How tall panels, and how large their cells may be in a window: they grow with it. */
export const limitsIn = (height, share = SHARE) => ({
  tallest: Math.max(200, Math.floor(share * height)),
  largest: Math.max(LARGEST, Math.floor((SHARE * height) / 5)),
});

const STAGE_SIGN = 36; // least room for an operator on the stage
const MOST_SIGN = 120; // so that low panels stay beside each other, in the middle of the row
const STAGE_GAP = 16; // between walls and pictures
const LEAST_STRIP = 76; // px of the row of walls and pictures, without its titles
const STRIP = 0.17; // of the window's height for that row, where the panels leave a choice
const LEAST_PANEL = 160;

/**
 * The stage: panels in one line, and below them the walls and the pictures of the scene in what is left.
 * @param plans of the panels
 * @param width of the view
 * @param height of the view, from its top to the lower edge of the window
 * @param window height of the whole window
 * @param taken by all rows but these two
 * @param pictures how many there are in the lower row; null without one
 * @param notes height of the lines below the walls
 */
export function stageSizes({ plans, width, height, window, taken, pictures, notes = 0 }) {
  const count = plans.length;
  const [rows, cols] = [Math.max(...plans.map(footRows)), Math.max(...plans.map(footCols))];
  const across = (width - (count - 1) * STAGE_SIGN) / count;
  const down = Math.min(SHARE * window, height - taken - (pictures === null ? 0 : STRIP * window));
  const cell = Math.min(across / cols, Math.max(LEAST_PANEL, down) / rows);
  const drawn = plans.reduce((sum, plan) => sum + footCols(plan) * cell, 0);
  const strip = Math.max(LEAST_STRIP, height - taken - Math.floor(rows * cell));
  const picture = Math.floor(Math.min(strip, 0.2 * width));
  const wall = {
    width: Math.floor((width - (pictures ?? 0) * (picture + STAGE_GAP) - STAGE_GAP) / 2),
    height: Math.floor(strip - notes),
  };
  return {
    cell,
    height: Math.floor(rows * cell),
    sign: Math.min(MOST_SIGN, Math.floor((width - drawn) / Math.max(1, count - 1))),
    picture,
    wall,
  };
}

const WALL_LINE = 32; // tiles side by side: 256 channels are 32 × 8

/** The tiles of a wall that fits a box: the largest that all fit. */
export function wallGrid({ count, rows, cols, width, height, ratio, line = null }) {
  const sized = (line) => {
    const lines = Math.ceil(count / line);
    const gap = Math.max(1, Math.round(Math.min(width / line, height / lines) / 14));
    const scale = Math.min((width + gap) / line - gap, ((height + gap) / lines - gap) * (cols / rows)) / cols; // px for a cell
    return { line, lines, gap, scale };
  };
  let best = sized(Math.min(count, line ?? WALL_LINE));
  if (line === null) for (let more = 1; more <= count; more++) if (sized(more).scale > best.scale) best = sized(more);
  // Whole device pixels: a dot is one or several of them, and a tile samples its cells where it has fewer pixels.
  const across = Math.max(1, Math.floor(best.scale * cols * ratio));
  const down = Math.max(1, Math.round((across * rows) / cols));
  const gap = Math.max(1, Math.round(best.gap * ratio));
  const dot = 1 / ratio;
  return {
    width: across * dot,
    height: down * dot,
    gap: gap * dot,
    dot,
    dots: { rows: down, cols: across, gap },
    line: best.line,
    lines: best.lines,
  };
}

const GAP = 3; // between tiles of the gallery
const GALLERY = 330; // its height before it scrolls
const SMALLEST_TILE = 20;
const LARGEST_TILE = 96;

/**
 * Tiles of the gallery: the largest cells, in steps of half a pixel, that show all; else small ones that scroll.
 * They are painted in dots, which the browser draws larger: one for a cell, or so many that the gap is about one of them.
 */
export function tileGrid({ count, rows, cols, width, ratio }) {
  const long = Math.max(rows, cols);
  const sized = (scale) => {
    const cut = Math.max(1, Math.round(scale / (GAP * ratio))); // dots along a cell
    const dot = Math.max(1, scale / cut) / ratio;
    const across = (cells) => (scale < 1 ? Math.max(1, Math.round(cells * scale)) : cells * cut);
    const dots = { rows: across(rows), cols: across(cols), gap: Math.max(1, Math.round(GAP / dot)) };
    const tile = { width: dots.cols * dot, height: dots.rows * dot, gap: dots.gap * dot };
    const line = Math.max(1, Math.min(count, Math.floor((width + tile.gap) / (tile.width + tile.gap))));
    return { ...tile, dot, dots, line, lines: Math.ceil(count / line) };
  };
  const fits = (grid) => grid.lines * (grid.height + grid.gap) <= GALLERY && grid.width <= width;
  if (long > LARGEST_TILE * ratio) return sized((64 * ratio) / long); // more cells than pixels: sampled
  let scale = Math.max(1, Math.ceil((SMALLEST_TILE * ratio) / long));
  while ((long * (scale + 0.5)) / ratio <= LARGEST_TILE && fits(sized(scale + 0.5))) scale += 0.5;
  return sized(scale);
}
