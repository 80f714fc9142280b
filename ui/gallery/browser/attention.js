// @ts-check
// Self-attention on a grid: the position that is pointed at on the left, and its weights per head beside it.
// Streamlit calls `mount` first, then after every change of the data and of the theme. At first the weights of one position
// are here; the others are asked for once the features are pointed at.

import { choices } from "../../streamlit_internals/browser/answers.js";

const PAUSE = 250; // ms after the last arrow key before the server is notified
const held = new WeakMap(); // state by element; it is kept between calls
const DIGITS = 3;
const PATIENCE = 3000; // ms until the weights are asked for again

export default function mount({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".attention");
  const state = held.get(parentElement) ?? { sent: "", choices: choices() };
  held.set(parentElement, state);
  state.send = (number) => setTriggerValue("chosen", positionOf(state.meta.grid, number));
  state.want = () => setTriggerValue("wanted", state.meta.digest);
  const sent = JSON.stringify({ ...data.meta, chosen: null, whole: null });
  const before = state.meta?.chosen;
  state.meta = data.meta;
  take(state, data);
  if (state.sent !== sent) build(root, state);
  else if (before !== data.meta.chosen && state.choices.accepts(data.meta.chosen))
    show(state, data.meta.chosen); // an undo, say
  else draw(state, state.under);
  state.sent = sent;
  return () => {
    state.choices.end();
    held.delete(parentElement);
  };
}

function make(tag, name, text = "") {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = text;
  return element;
}

/** The positions of the grid, one square each; the number of the square is row · columns + column. */
export const positionOf = (grid, number) => [Math.floor(number / grid[1]), number % grid[1]];

/** Where an arrow key leads; undefined for other keys. */
export function moved(grid, number, key) {
  const [row, column] = positionOf(grid, number);
  const to = {
    ArrowUp: [row - 1, column],
    ArrowDown: [row + 1, column],
    ArrowLeft: [row, column - 1],
    ArrowRight: [row, column + 1],
    Home: [row, 0],
    End: [row, grid[1] - 1],
    PageUp: [0, column],
    PageDown: [grid[0] - 1, column],
  }[key];
  if (to === undefined) return undefined;
  const within = (at, size) => Math.max(0, Math.min(size - 1, at));
  return within(to[0], grid[0]) * grid[1] + within(to[1], grid[1]);
}

/**
 * What is drawn of the weights of one query in one head: their colours, the largest and its number; null if it is not here.
 * @param {{levels: Uint8Array, peaks: Float32Array, count: number, first: number, queries: number}} weights those of
 *   `queries` positions from `first` on, to `count` positions each
 */
export function weightsOf({ levels, peaks, count, first, queries }, head, query) {
  if (query < first || query >= first + queries) return null;
  const row = head * queries + query - first;
  return { levels: levels.subarray(row * count, (row + 1) * count), largest: peaks[2 * row], peak: peaks[2 * row + 1] };
}

/** Take in the weights of one position, or of all; those of all stay as long as they are the same. */
function take(state, { meta, levels, peaks }) {
  const { digest, whole, grid, chosen } = meta;
  if (state.weights?.digest === digest && state.weights.whole) return;
  const count = grid[0] * grid[1];
  const bytes = levels.getChild("v").toArray();
  const come = { digest, whole, count, peaks: peaks.getChild("v").toArray() };
  if (!whole) state.weights = { ...come, first: chosen, queries: 1, levels: bytes };
  else {
    if (state.weights?.digest !== digest) state.weights = null; // of another gate
    state.patient = performance.now() + PATIENCE; // they are on their way
    unpack(bytes).then((all) => {
      if (state.meta.digest !== digest) return;
      state.weights = { ...come, first: 0, queries: count, levels: all };
      draw(state, state.under);
    });
  }
}

async function unpack(content) {
  const stream = new Blob([content]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Ask for the weights of all positions, unless they are here or on their way. */
function want(state) {
  if (state.weights?.whole || performance.now() < state.patient) return;
  state.patient = performance.now() + PATIENCE;
  state.want();
}

function build(root, state) {
  const { meta } = state;
  Object.assign(state, { at: meta.chosen, table: pixelsOf(meta.colours) });
  const line = make("div", "line");
  const source = panel(meta.words.source, meta.grid);
  const picture = make("img", "picture");
  Object.assign(picture, { src: meta.image, alt: "" });
  source.plot.prepend(picture);
  source.plot.tabIndex = 0;
  source.plot.setAttribute("role", "application");
  source.plot.setAttribute("aria-label", meta.words.point);
  state.source = source;
  state.heads = Array.from({ length: meta.heads }, (_, head) =>
    panel(meta.words.head.replace("{number}", String(head)), meta.grid),
  );
  line.append(source.box, ...state.heads.map(({ box }) => box));
  state.reading = make("div", "reading");
  state.reading.setAttribute("aria-live", "polite");
  root.replaceChildren(line, state.reading);
  listen(state);
  show(state, state.at);
}

/** A heading, a canvas of one pixel for each position, and a square that marks one of them. */
function panel(title, grid) {
  const box = make("div", "panel");
  const plot = make("div", "plot");
  const canvas = /** @type {HTMLCanvasElement} */ (make("canvas", "map"));
  canvas.width = grid[1];
  canvas.height = grid[0];
  const mark = make("div", "mark");
  mark.style.width = `${100 / grid[1]}%`;
  mark.style.height = `${100 / grid[0]}%`;
  plot.style.aspectRatio = `${grid[1]} / ${grid[0]}`;
  plot.append(canvas, mark);
  const note = make("div", "note");
  box.append(make("div", "title", title), plot, note);
  return { box, plot, canvas, mark, note };
}

function listen(state) {
  const { plot } = state.source;
  const under = (event) => {
    const { left, top, width, height } = plot.getBoundingClientRect();
    const inside = (at, size) => Math.max(0, Math.min(size - 1, Math.floor(at * size)));
    const row = inside((event.clientY - top) / height, state.meta.grid[0]);
    return row * state.meta.grid[1] + inside((event.clientX - left) / width, state.meta.grid[1]);
  };
  plot.onpointerenter = () => want(state);
  plot.onfocus = () => want(state);
  plot.onpointermove = (event) => draw(state, under(event));
  plot.onpointerleave = () => draw(state, state.at);
  plot.onclick = (event) => choose(state, under(event), 0);
  plot.onkeydown = (event) => {
    const to = moved(state.meta.grid, state.at, event.key);
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    choose(state, to, PAUSE);
  };
}

function choose(state, number, pause) {
  show(state, number);
  state.choices.choose(number, { pause, known: () => state.meta.chosen, send: (value) => state.send(value) });
}

function show(state, number) {
  state.at = number;
  draw(state, number);
}

/** Draw the weights of one position in every head, each from 0 to its own largest weight; once they are here. */
function draw(state, number) {
  const { meta, weights } = state;
  state.under = number;
  const rows = state.heads.map((_, head) => weights && weightsOf(weights, head, number));
  if (!rows.every(Boolean)) {
    want(state);
    return;
  }
  const [row, column] = positionOf(meta.grid, number);
  const largest = state.heads.map((head, index) => {
    const { levels, largest, peak } = rows[index];
    paint(head.canvas, levels, state.table);
    place(head.mark, meta.grid, peak);
    const weight = largest.toPrecision(DIGITS);
    head.note.textContent = `0 – ${weight}`;
    return fill(meta.words.largest, { head: index, weight, at: positionOf(meta.grid, peak).join(", ") });
  });
  place(state.source.mark, meta.grid, number);
  state.reading.textContent = [fill(meta.words.position, { row, column }), ...largest].join(" · ");
}

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));

function place(mark, grid, number) {
  const [row, column] = positionOf(grid, number);
  mark.style.top = `${(100 * row) / grid[0]}%`;
  mark.style.left = `${(100 * column) / grid[1]}%`;
}

function paint(canvas, levels, table) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let at = 0; at < levels.length; at++) pixels[at] = table[levels[at]];
  context.putImageData(image, 0, 0);
}

/** The 256 x 3 bytes that Python sent, as pixels. */
function pixelsOf(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return Uint32Array.from({ length: bytes.length / 3 }, (_, entry) => {
    const [red, green, blue] = bytes.subarray(3 * entry, 3 * entry + 3);
    return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  });
}
