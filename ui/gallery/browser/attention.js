// @ts-check
// Self-attention on a grid: the position that is pointed at on the left, and its weights per head beside it.
// Streamlit calls `mount` first, then after every change of the data and of the theme.

const PAUSE = 250; // ms after the last arrow key before the server is notified
const held = new WeakMap(); // state by element; it is kept between calls
const DIGITS = 3;

export default function mount({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".attention");
  const state = held.get(parentElement) ?? { sent: "", timer: 0 };
  held.set(parentElement, state);
  state.choose = (at) => setTriggerValue("chosen", at);
  const sent = JSON.stringify({ ...data.meta, chosen: null });
  if (state.sent !== sent) build(root, state, data);
  else if (state.meta.chosen !== data.meta.chosen && !state.pending) show(state, data.meta.chosen); // an undo, say
  state.meta = data.meta;
  state.sent = sent;
  return () => {
    clearTimeout(state.timer);
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

/** The weights of one query in one head: a row of the head's matrix. */
export const weightsOf = (values, count, head, query) =>
  values.subarray((head * count + query) * count, (head * count + query + 1) * count);

function build(root, state, data) {
  const { meta } = data;
  const count = meta.grid[0] * meta.grid[1];
  const values = data.x.getChild("v").toArray();
  Object.assign(state, { meta, values, count, at: meta.chosen, table: pixelsOf(meta.colours) });
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
  clearTimeout(state.timer);
  state.pending = true;
  state.timer = setTimeout(() => {
    state.pending = false;
    if (number !== state.meta.chosen) state.choose(positionOf(state.meta.grid, number));
  }, pause);
}

function show(state, number) {
  state.at = number;
  draw(state, number);
}

/** Draw the weights of one position in every head; each head from 0 to its own largest weight. */
function draw(state, number) {
  const { meta, values, count } = state;
  const [row, column] = positionOf(meta.grid, number);
  const largest = state.heads.map((head, index) => {
    const weights = weightsOf(values, count, index, number);
    const peak = paint(head.canvas, weights, state.table);
    place(head.mark, meta.grid, peak);
    const at = positionOf(meta.grid, peak).join(", ");
    head.note.textContent = `0 – ${weights[peak].toPrecision(DIGITS)}`;
    return fill(meta.words.largest, { head: index, weight: weights[peak].toPrecision(DIGITS), at });
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

/** Fill a canvas; returns the number of the largest weight. */
function paint(canvas, weights, table) {
  let peak = 0;
  for (let at = 1; at < weights.length; at++) if (weights[at] > weights[peak]) peak = at;
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  const pixels = new Uint32Array(image.data.buffer);
  const factor = 255 / (weights[peak] || 1);
  for (let at = 0; at < weights.length; at++) pixels[at] = table[Math.round(weights[at] * factor) || 0];
  context.putImageData(image, 0, 0);
  return peak;
}

/** The 256 x 3 bytes that Python sent, as pixels. */
function pixelsOf(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return Uint32Array.from({ length: bytes.length / 3 }, (_, entry) => {
    const [red, green, blue] = bytes.subarray(3 * entry, 3 * entry + 3);
    return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  });
}
