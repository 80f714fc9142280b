// @ts-check
// The sum behind a number, with indices and values.

import { boxOfCell, cellsInBox, countCells, isEmpty, listCells } from "./links.js";
import { valueAt, isDrawable } from "./model.js";
import { fill, tuple, written } from "./numbers.js";

const TERMS = 6; // of a long sum that are written out
const WRITTEN = 1e-3; // differences that four digits do not show
const HALF = { float16: 4e-3, bfloat16: 3e-2 }; // what a few roundings to 16 bits change, relative to the terms
const TINIEST = 2 ** -126; // what is smaller becomes 0
const SHORTEST = 1e-7; // length below which Keras divides by this
const SIGNS = { Add: " + ", Subtract: " − ", Multiply: " × ", Average: " + ", Maximum: ", ", Minimum: ", " };
const FRAMES = {
  Average: (sum, n) => `(${sum}) / ${n}`,
  Maximum: (sum) => `max(${sum})`,
  Minimum: (sum) => `min(${sum})`,
};

const sumOf = (values) => values.reduce((sum, value) => sum + value, 0);
const SUMS = {
  Add: sumOf,
  Average: sumOf,
  Subtract: ([first, ...rest]) => rest.reduce((sum, value) => sum - value, first),
  Multiply: (values) => values.reduce((product, value) => product * value, 1),
};

/**
 * Two lines about a place: the sum with its values, and the cells that they come from.
 * @param {import('./types').Model} model
 * @param {import('./types').Span[]} box
 */
export function explain(model, box, at) {
  const result = model.panels.at(-1);
  if (!model.aligned || !model.panels.every(isDrawable)) return listValues(model, box, at);
  const index = cellsInBox(model, result, box).map(([from, past], axis) =>
    between(at[result.axes[axis]], from, past - 1),
  );
  const whole = boxOfCell(model, result, index);
  const parts = model.panels.slice(0, -1).map((panel) => ({ panel, spans: cellsInBox(model, panel, whole) }));
  const value = valueAt(result, index);
  return {
    sum: `${tuple(index)}: ${written(value)} ${rightSide(model, parts, value)}`,
    from: parts.filter(({ spans }) => !isEmpty(spans)).map(({ panel, spans }) => cellName(panel, spans)),
    index,
    value,
  };
}

const between = (value, low, high) => Math.max(low, Math.min(high, value));

/**
 * @param {import('./types').Model} model
 */
function rightSide(model, parts, result) {
  const name = model.operation;
  if (name === "Dot") return sumOfProducts(model, parts, result);
  const present = parts.filter(({ spans }) => !isEmpty(spans));
  const plain = present.map(({ panel, spans }) =>
    valueAt(
      panel,
      spans.map(([from]) => from),
    ),
  );
  const values = plain.map((value) => written(value));
  if (name === "Concatenate") return `= ${values[0]} (${cellName(present[0].panel, present[0].spans)})`;
  const terms = values.map((value, place) => (place && value.startsWith("−") ? `(${value})` : value)).join(SIGNS[name]);
  const framed = (sum) => (FRAMES[name] && values.length > 1 ? FRAMES[name](sum, values.length) : sum);
  if (!SUMS[name]) return `= ${framed(terms)}`;
  const computed = SUMS[name](plain);
  const wrapped = wrap(model, computed, result, plain.length);
  if (wrapped) return `= ${framed(terms + wrapped)}`;
  const size = name === "Multiply" ? Math.abs(computed) : Math.max(...plain.map(Math.abs));
  return related(model, framed(terms), name === "Average" ? computed / plain.length : computed, result, size);
}

/**
 * A calculation behind its sign: "=" where it gives the result, as far as the digits that are written show.
 * A result of 16 bits is rounded: 2048 ≈ 2048 + 1. Whatever else differs, the dtype changed: ∞ = float16(300 × 300).
 * @param {import('./types').Model} model
 */
function related(model, sum, computed, result, size) {
  const kind = kindOf(model.panels.at(-1));
  const [gap, most] = [Math.abs(computed - result), Math.max(Math.abs(result), size)];
  const wide = /^float(32|64)/.test(kind) && Math.abs(computed) >= TINIEST;
  const same = Number.isFinite(result) ? wide || gap <= WRITTEN * most : !Number.isFinite(computed);
  if (same) return `= ${sum}`;
  return kind in HALF && Number.isFinite(result) && gap <= HALF[kind] * most ? `≈ ${sum}` : `= ${kind}(${sum})`;
}

const kindOf = ({ type }) => type.split(" ")[0];

/**
 * What integer arithmetic that wraps around adds or takes away, as in 44 = 200 + 100 − 256; mostly empty.
 * An average of integers adds them in their own dtype before it divides.
 * @param {import('./types').Model} model
 */
function wrap(model, computed, result, count) {
  const average = model.operation === "Average";
  const kinds = new Set((average ? model.panels.slice(0, -1) : model.panels.slice(-1)).map(kindOf));
  const bits = kinds.size === 1 ? /^u?int(\d+)/.exec([...kinds][0]) : null;
  if (!bits || !Number.isFinite(computed)) return "";
  const [size, target] = [2 ** Number(bits[1]), average ? result * count : result];
  const times = Math.floor((computed - target) / size + 0.5);
  if (!times || Math.abs(computed - target - times * size) > 0.5 + 1e-6 * Math.abs(computed)) return "";
  const factor = Math.abs(times) === 1 ? "" : `${Math.abs(times)} × `;
  return ` ${times > 0 ? "−" : "+"} ${factor}${written(size)}`;
}

function sumOfProducts(model, [first, second], result) {
  const [left, right] = [numbersIn(first), numbersIn(second)];
  const terms = left.map((value, place) => `${wrapped(value)} × ${wrapped(right[place])}`);
  const shown = terms.length > TERMS ? [...terms.slice(0, TERMS - 1), "…", terms.at(-1)] : terms;
  const products = left.map((value, place) => value * right[place]);
  const [total, size] = [sumOf(products), sumOf(products.map(Math.abs))];
  const sum = shown.join(" + ");
  if (model.normalize) {
    const [one, other] = lengths(left, right, total, result);
    const said = `(${sum}) / (${written(one)} × ${written(other)})`;
    return related(model, said, total / (one * other), result, size / (one * other));
  }
  const wraps = wrap(model, total, result, left.length);
  return wraps ? `= ${sum}${wraps}` : related(model, sum, total, result, size);
}

/** The lengths by which a normalized Dot divides: at least 1e-7 (`keras.ops.normalize`); on NumPy any but 0. */
function lengths(left, right, total, result) {
  const plain = [length(left), length(right)];
  const floored = plain.map((one) => Math.max(one, SHORTEST));
  const [exact, least] = [plain[0] * plain[1], floored[0] * floored[1]];
  return exact && Math.abs(total / exact - result) < Math.abs(total / least - result) ? plain : floored;
}

const numbersIn = ({ panel, spans }) => listCells(spans).map((cell) => valueAt(panel, cell));
const length = (numbers) => Math.hypot(...numbers);
const wrapped = (value) => (value < 0 ? `(${written(value)})` : written(value));

/**
 * A cell, or the run of cells along the summed axis: input 0 (0, 2, 0…3).
 * @param {import('./types').Panel} panel
 * @param {import('./types').Span[]} spans
 */
function cellName(panel, spans) {
  const index = spans.map(([from, past]) => (past - from > 1 ? `${from}…${past - 1}` : from));
  return `${panel.title} ${tuple(index)}`;
}

/**
 * Where nothing ties the panels but their axes: what each holds at this place.
 * @param {import('./types').Model} model
 * @param {import('./types').Span[]} box
 */
function listValues(model, box, at) {
  const drawable = model.panels.filter(isDrawable);
  const parts = drawable.map((panel) => {
    const index = cellsInBox(model, panel, box).map(([from, past], axis) =>
      between(at[panel.axes[axis]] ?? from, from, past - 1),
    );
    return { panel, index, value: valueAt(panel, index) };
  });
  const last = parts.at(-1);
  return {
    sum: parts.map(({ panel, value }) => `${panel.title}: ${written(value)}`).join("   "),
    from: parts.map(({ panel, index }) => `${panel.title} ${tuple(index)}`),
    index: last?.index ?? [],
    value: last?.value ?? NaN,
  };
}

/**
 * What a cell that is not of the result does: one weight, 256 results.
 * @param {import('./types').Model} model
 * @param {import('./types').Panel} panel
 * @param {number[]} index
 * @param {import('./types').Span[]} box
 */
export function explainReach(model, panel, index, box) {
  const result = model.panels.at(-1);
  if (panel === result || !model.aligned || !isDrawable(result)) return "";
  const count = countCells(cellsInBox(model, result, box));
  const words = count === 1 ? model.words.reaches_one : model.words.reaches;
  return fill(words, { panel: panel.title, index: tuple(index), value: written(valueAt(panel, index)), count });
}
