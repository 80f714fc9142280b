// @ts-check
// Tensors combined element by element, each bit as in core/tensor_view/recipes.py.

const round = Math.fround;

const STEPS = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  maximum: (a, b) => (a > b ? a : b),
};

const ALONE = {
  relu: (a) => (a > 0 ? a : 0),
  complement: (a) => 1 - a,
};

/** @typedef {[Float32Array, number[]]} Source a tensor and its shape */

/**
 * By name: a function of the sources, which are combined one after another, or of one; each step is rounded to float32.
 * @type {{[how: string]: (sources: Source[]) => Float32Array}}
 */
export const COMBINED = {
  ...wrapped(
    ALONE,
    (step) =>
      ([[values]]) =>
        values.map(step),
  ),
  ...wrapped(STEPS, (step) => (sources) => sources.reduce((one, other) => pair(one, other, step))[0]),
  sigmoid,
};

function wrapped(steps, wrap) {
  return Object.fromEntries(Object.entries(steps).map(([name, step]) => [name, wrap(step)]));
}

/**
 * The sigmoid, each step rounded to float32, and by how many neighbouring numbers the result lies from that.
 * @param {Source[]} sources
 */
function sigmoid([[values], [units]]) {
  const result = new Float32Array(values.length);
  for (let at = 0; at < result.length; at++) result[at] = 1 / round(1 + round(Math.exp(-values[at])));
  const bits = new Int32Array(result.buffer);
  for (let at = 0; at < bits.length; at++) bits[at] += units[at];
  return result;
}

/**
 * Two tensors of the same rank; each axis has one size or 1.
 * @param {Source} first
 * @param {Source} second
 * @returns {Source}
 */
function pair([a, sizesA], [b, sizesB], step) {
  const shape = sizesA.map((size, axis) => Math.max(size, sizesB[axis]));
  const result = new Float32Array(shape.reduce((count, size) => count * size, 1));
  const [alongA, alongB] = [stepsOf(sizesA), stepsOf(sizesB)];
  const last = shape.length - 1;
  const index = shape.map(() => 0);
  for (let at = 0, one = 0, two = 0; at < result.length;) {
    for (let run = 0; run < shape[last]; run++, at++)
      result[at] = step(a[one + run * alongA[last]], b[two + run * alongB[last]]);
    for (let axis = last - 1; axis >= 0; axis--) {
      one += alongA[axis];
      two += alongB[axis];
      if (++index[axis] < shape[axis]) break;
      one -= alongA[axis] * shape[axis];
      two -= alongB[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return [result, shape];
}

/** How far the offset moves for one step along each axis; 0 along an axis of size 1. */
function stepsOf(sizes) {
  const steps = sizes.map(() => 0);
  for (let axis = sizes.length - 1, step = 1; axis >= 0; step *= sizes[axis--]) if (sizes[axis] > 1) steps[axis] = step;
  return steps;
}
