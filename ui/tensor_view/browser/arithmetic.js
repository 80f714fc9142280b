// @ts-check
// The sum behind a number, with indices and values.

import { boxOfCell, cellsInBox, countCells, isEmpty, listCells } from "./links.js";
import { valueAt, isDrawable } from "./model.js";
import { fill, tuple, written } from "./numbers.js";

const TERMS = 6; // of a long sum that are written out
const SIGNS = { Add: " + ", Subtract: " − ", Multiply: " × ", Average: " + ", Maximum: ", ", Minimum: ", " };
const FRAMES = {
  Average: (sum, n) => `(${sum}) / ${n}`,
  Maximum: (sum) => `max(${sum})`,
  Minimum: (sum) => `min(${sum})`,
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
    sum: `${tuple(index)}: ${written(value)} = ${rightSide(model, parts)}`,
    from: parts.filter(({ spans }) => !isEmpty(spans)).map(({ panel, spans }) => cellName(panel, spans)),
    index,
    value,
  };
}

const between = (value, low, high) => Math.max(low, Math.min(high, value));

/**
 * @param {import('./types').Model} model
 */
function rightSide(model, parts) {
  const name = model.operation;
  if (name === "Dot") return sumOfProducts(parts, model.normalize);
  const present = parts.filter(({ spans }) => !isEmpty(spans));
  const values = present.map(({ panel, spans }) =>
    written(
      valueAt(
        panel,
        spans.map(([from]) => from),
      ),
    ),
  );
  if (name === "Concatenate") return `${values[0]} (${cellName(present[0].panel, present[0].spans)})`;
  const sum = values.map((value, place) => (place && value.startsWith("−") ? `(${value})` : value)).join(SIGNS[name]);
  return FRAMES[name] && values.length > 1 ? FRAMES[name](sum, values.length) : sum;
}

function sumOfProducts([first, second], normalize) {
  const [left, right] = [numbersIn(first), numbersIn(second)];
  const terms = left.map((value, place) => `${wrapped(value)} × ${wrapped(right[place])}`);
  const shown = terms.length > TERMS ? [...terms.slice(0, TERMS - 1), "…", terms.at(-1)] : terms;
  const sum = shown.join(" + ");
  return normalize ? `(${sum}) / (${written(length(left))} × ${written(length(right))})` : sum;
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
