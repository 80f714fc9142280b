// @ts-check
// Tensors that are made here of others, each bit as Python has it (core/tensor_view/recipes.py).

import { constant, gaussian, invert, permuted, random, sharpen, shift, threshold } from "./changes.js";
import { COMBINED } from "./combining.js";

const round = Math.fround;
const CHANGES = { constant, gaussian, invert, permuted, random, sharpen, shift, threshold };
const HOW = { enlarge, ...COMBINED };

export const NAMES = [...Object.keys(HOW), ...Object.keys(CHANGES)];

/**
 * @param {string} how
 * @param {[Float32Array, number[]][]} sources each with its shape
 * @param {number} count of values
 * @param {number[]} amounts of a change to a map
 */
export const make = (how, sources, count, amounts = []) =>
  how in HOW ? HOW[how](sources, count) : CHANGES[how](...sources[0], ...amounts);

/**
 * A map on a finer grid, as in core/gates/resampling.py: linear, one axis after the other, the columns first, each step
 * rounded to float32; by one factor along both axes.
 */
function enlarge([[coarse, [batch, rows, columns, channels]]], count) {
  const factor = Math.sqrt(count / coarse.length);
  if (!Number.isInteger(factor)) throw new RangeError("The fine map is no multiple of the coarse one.");
  const wide = alongAxis(coarse, batch * rows, columns, channels, factor);
  return alongAxis(wide, batch, rows, columns * factor * channels, factor);
}

/** Enlarge (outer, size, inner) to (outer, size × factor, inner). */
function alongAxis(values, outer, size, inner, factor) {
  const fine = size * factor;
  const result = new Float32Array(outer * fine * inner);
  for (let at = 0; at < fine; at++) {
    const place = round(round(round(at + 0.5) * round(size / fine)) - 0.5);
    const low = Math.max(Math.floor(place), 0);
    const high = Math.min(Math.ceil(place), size - 1);
    const share = round(place - Math.floor(place));
    for (let block = 0; block < outer; block++) {
      const [before, after, into] = [
        (block * size + low) * inner,
        (block * size + high) * inner,
        (block * fine + at) * inner,
      ];
      for (let step = 0; step < inner; step++) {
        const first = values[before + step];
        result[into + step] = first + round(round(values[after + step] - first) * share);
      }
    }
  }
  return result;
}
