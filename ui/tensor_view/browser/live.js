// @ts-check
// The merge itself, again, while the brush is down: only the cells that a painted cell reaches.

import { boxOfCell, cellsInBox, runsAlong } from "./links.js";
import { isDrawable } from "./model.js";

const STEPS = {
  Add: (a, b) => a + b,
  Average: (a, b) => a + b,
  Subtract: (a, b) => a - b,
  Multiply: (a, b) => a * b,
  Maximum: (a, b) => Math.max(a, b),
  Minimum: (a, b) => Math.min(a, b),
};

/**
 * @param {import('./types').Model} model
 */
export const canCompute = (model) =>
  (model.live || model.computed) && model.operation in STEPS && model.panels.every(isDrawable);

/**
 * Compute the result again wherever these cells of an input reach.
 * @param {import('./types').Model} model
 */
export function recompute(model, input, cells) {
  if (!canCompute(model)) return;
  const result = model.panels.at(-1);
  const operands = operandsOf(model);
  result.version += 1;
  for (const cell of cells) {
    const spans = cellsInBox(model, result, boxOfCell(model, model.panels[input], cell));
    compute(result, spans, ...operands);
  }
}

/**
 * Inputs, step, and by what the sum is divided.
 * @param {import('./types').Model} model
 * @returns {[any[], Function, number]}
 */
function operandsOf(model) {
  const inputs = model.panels.slice(0, -1).map((panel) => ({ values: panel.values, steps: stepsAlong(model, panel) }));
  return [inputs, STEPS[model.operation], model.operation === "Average" ? inputs.length : 1];
}

/**
 * Compute the whole result again.
 * @param {import('./types').Model} model
 */
export function recomputeAll(model) {
  if (!canCompute(model)) return;
  const result = model.panels.at(-1);
  result.version += 1;
  result.range = null;
  compute(
    result,
    result.shape.map((size) => [0, size]),
    ...operandsOf(model),
  );
}

/** One run of two inputs, by far the most usual: numbers in variables, not in arrays. */
function computePair(values, out, count, inputs, offsets, last, combine, share) {
  const [first, second] = inputs;
  let [one, two] = offsets;
  const [a, b] = [first.values, second.values];
  const [stepA, stepB] = last < 0 ? [0, 0] : [first.steps[last], second.steps[last]];
  const end = out + count;
  if (values instanceof Float64Array)
    for (; out < end; out++, one += stepA, two += stepB) values[out] = combine(a[one], b[two]) / share;
  else for (; out < end; out++, one += stepA, two += stepB) values[out] = Math.fround(combine(a[one], b[two])) / share;
}

/**
 * How far the offset into an input moves for one step along each axis of the result; 0 where it is stretched.
 * @param {import('./types').Model} model
 * @param {import('./types').Panel} panel
 */
function stepsAlong(model, panel) {
  const steps = new Array(model.outputRank).fill(0);
  panel.shape.forEach((size, axis) => {
    const shared = runsAlong(panel, axis);
    if (shared !== null) steps[shared] = panel.strides[axis];
  });
  return steps;
}

/**
 * @param {import('./types').Span[]} spans
 */
function compute(result, spans, inputs, combine, share) {
  const index = spans.map(([from]) => from);
  const rank = spans.length;
  const last = rank - 1;
  const round = result.values instanceof Float64Array ? Number : Math.fround; // integers beyond 2²⁴ are doubles
  const [from, past] = rank ? spans[last] : [0, 1];
  const at = new Array(inputs.length);
  for (;;) {
    let out = 0;
    for (let axis = 0; axis < rank; axis++) out += index[axis] * result.strides[axis];
    for (let n = 0; n < inputs.length; n++) {
      at[n] = 0;
      for (let axis = 0; axis < rank; axis++) at[n] += index[axis] * inputs[n].steps[axis];
    }
    if (inputs.length === 2) computePair(result.values, out, past - from, inputs, at, last, combine, share);
    else
      for (let run = from; run < past; run++) {
        let total = inputs[0].values[at[0]];
        for (let n = 1; n < inputs.length; n++) total = round(combine(total, inputs[n].values[at[n]]));
        result.values[out] = total / share;
        out += 1;
        for (let n = 0; n < inputs.length; n++) at[n] += rank ? inputs[n].steps[last] : 0;
      }
    let axis = last - 1; // on to the next run
    while (axis >= 0 && ++index[axis] === spans[axis][1]) {
      index[axis] = spans[axis][0];
      axis -= 1;
    }
    if (axis < 0) return;
  }
}
