// @ts-check
// Changes to a map, each bit as in core/gates/map_changes.py: from the map, its shape (n, rows, columns, 1), and amounts.

import { exp, log } from "./elementary.js";
import { integersOf } from "./random.js";

const EDGE = 1e-7;
const clipped = (value) => (value < 0 ? 0 : value > 1 ? 1 : value);

export function invert(map) {
  return map.map((value) => clipped(1 - value));
}

export function sharpen(map, _, temperature) {
  if (temperature === 1) return map.map(clipped);
  return map.map((value) => {
    const inner = Math.min(Math.max(value, EDGE), 1 - EDGE);
    return 1 / (1 + exp(-log(inner / (1 - inner)) / temperature));
  });
}

export function threshold(map, _, limit) {
  const least = Math.fround(limit);
  return map.map((value) => (value >= least ? 1 : 0));
}

export function shift(map, [count, height, width], right, down) {
  const [rows, columns] = [halfToEven(down * height), halfToEven(right * width)];
  const result = new Float32Array(map.length);
  const [first, last] = [Math.max(0, columns), Math.min(width, width + columns)];
  for (let row = 0; row < count * height; row++) {
    const from = (row % height) - rows;
    if (from < 0 || from >= height || first >= last) continue;
    const start = (row - rows) * width;
    for (let column = first; column < last; column++) {
      result[row * width + column] = clipped(map[start + column - columns]);
    }
  }
  return result;
}

/** The nearest integer, of two the even one, as Python rounds. */
function halfToEven(value) {
  const low = Math.floor(value);
  return value - low === 0.5 ? low + (low & 1) : Math.round(value);
}

export function constant(map, _, value) {
  return new Float32Array(map.length).fill(value);
}

export function random(map, _, seed) {
  const next = integersOf(seed);
  return map.map(() => (next() >>> 8) / 2 ** 24);
}

export function gaussian(map, [, height, width], across, middle, spread) {
  const scale = 2 * (spread * spread);
  const result = new Float32Array(map.length);
  for (let at = 0; at < map.length; at++) {
    const place = at % (height * width);
    const [up, left] = [(Math.floor(place / width) + 0.5) / height - middle, ((place % width) + 0.5) / width - across];
    result[at] = exp(-(up * up + left * left) / scale);
  }
  return result;
}

/** The values of each sample in one random order: Fisher and Yates, with integers below a power of two. */
export function permuted(map, [count], seed) {
  const next = integersOf(seed);
  const size = map.length / count;
  const from = Uint32Array.from({ length: size }, (_, at) => at);
  for (let at = size - 1; at > 0; at--) {
    const mask = 2 ** (32 - Math.clz32(at)) - 1;
    let chosen = next() & mask;
    while (chosen > at) chosen = next() & mask;
    [from[at], from[chosen]] = [from[chosen], from[at]];
  }
  return map.map((_, at) => clipped(map[at - (at % size) + from[at % size]]));
}
