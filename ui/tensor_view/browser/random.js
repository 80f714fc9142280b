// @ts-check
// Random numbers, drawn here as NumPy draws them (core/tensor_view/streams.py): PCG64 with output XSL-RR.

const BASE = 65536;
// The factor of the generator, the lowest 16 bits first.
const [F0, F1, F2, F3, F4, F5, F6, F7] = [0xf645, 0x9fcc, 0xdf64, 0x4385, 0x5da4, 0x1fc6, 0xed05, 0x2360];

/**
 * The first values of a generator, or null where they are not those that Python has.
 * @param {{ state: number[], increment: number[], sums: number[] }} stream
 * @param {number} count of values
 * @returns {Float32Array | null}
 */
export function drawUniform({ state, increment, sums }, count) {
  const words = new Float64Array([0, 2, 4, 6].map((part) => state[part] + BASE * state[part + 1]));
  const values = new Float32Array(count);
  for (let at = 0; at < count; at++) {
    advance(words, increment);
    values[at] = fractionOf(words);
  }
  return fits(new Uint32Array(values.buffer), sums) ? values : null;
}

/** state = state × factor + increment, modulo 2^128, 16 bits at a time: each sum is exact in a double. */
function advance(words, increment) {
  const a = words[0];
  const b = words[1];
  const c = words[2];
  const d = words[3];
  const s0 = a * F0 + increment[0];
  const q0 = Math.floor(s0 / BASE); // what is carried on
  const s1 = a * F1 + increment[1] + q0;
  const q1 = Math.floor(s1 / BASE);
  const s2 = a * F2 + b * F0 + increment[2] + q1;
  const q2 = Math.floor(s2 / BASE);
  const s3 = a * F3 + b * F1 + increment[3] + q2;
  const q3 = Math.floor(s3 / BASE);
  const s4 = a * F4 + b * F2 + c * F0 + increment[4] + q3;
  const q4 = Math.floor(s4 / BASE);
  const s5 = a * F5 + b * F3 + c * F1 + increment[5] + q4;
  const q5 = Math.floor(s5 / BASE);
  const s6 = a * F6 + b * F4 + c * F2 + d * F0 + increment[6] + q5;
  const q6 = Math.floor(s6 / BASE);
  const s7 = a * F7 + b * F5 + c * F3 + d * F1 + increment[7] + q6;
  words[0] = s0 - q0 * BASE + (s1 - q1 * BASE) * BASE;
  words[1] = s2 - q2 * BASE + (s3 - q3 * BASE) * BASE;
  words[2] = s4 - q4 * BASE + (s5 - q5 * BASE) * BASE;
  words[3] = s6 - q6 * BASE + (s7 - Math.floor(s7 / BASE) * BASE) * BASE;
}

let lower = 0; // the two halves of the last output, 32 bits each
let upper = 0;

/** Both halves of the state are combined by XOR and rotated by its top six bits. */
function output(words) {
  lower = words[0] ^ words[2];
  upper = words[1] ^ words[3];
  const turn = words[3] >>> 26;
  if (turn >= 32) [lower, upper] = [upper, lower];
  const by = turn & 31;
  if (by) [lower, upper] = [(lower >>> by) | (upper << (32 - by)), (upper >>> by) | (lower << (32 - by))];
}

/** The upper 53 bits are a fraction. */
function fractionOf(words) {
  output(words);
  return ((upper >>> 0) * 2 ** 21 + (lower >>> 11)) / 2 ** 53;
}

/**
 * The integers below 2^32 of `np.random.default_rng(seed)`, one after another: an output gives its lower half first.
 * @param {number} seed an integer below 2^32
 * @returns {() => number}
 */
export function integersOf(seed) {
  const { words, increment } = begin(seed);
  let held = -1;
  return () => {
    if (held >= 0) {
      const value = held;
      held = -1;
      return value;
    }
    advance(words, increment);
    output(words);
    held = upper >>> 0;
    return lower >>> 0;
  };
}

/** The generator of a seed: the increment is odd, and one step is made before the first half is added and after. */
function begin(seed) {
  const [a, b, c, d, e, f, g, h] = spread(seed); // of each number of 64 bits the lower 32 bits first, the upper number first
  const bits = partsOf([g, h, e, f]);
  const increment = bits.map((part, at) => ((part << 1) & 0xffff) | (at ? bits[at - 1] >>> 15 : 1));
  const words = new Float64Array(4);
  advance(words, increment);
  addTo(words, [c, d, a, b]);
  advance(words, increment);
  return { words, increment };
}

/** Numbers of 32 bits in parts of 16 bits, the lowest first. */
const partsOf = (words) => words.flatMap((word) => [word & 0xffff, word >>> 16]);

function addTo(words, others) {
  let carried = 0;
  for (let at = 0; at < words.length; at++) {
    const sum = words[at] + others[at] + carried;
    carried = sum >= BASE * BASE ? 1 : 0;
    words[at] = sum - carried * BASE * BASE;
  }
}

/** Eight numbers of 32 bits from a seed, as `SeedSequence` of NumPy spreads it (O'Neill 2015, seed_seq_fe). */
function spread(seed) {
  const mixed = hash(0x43b0d7e5, 0x931e8875);
  const pool = [seed, 0, 0, 0].map(mixed);
  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) {
      if (from === to) continue;
      const value = Math.imul(0xca01f9dd, pool[to]) - Math.imul(0x4973f715, mixed(pool[from]));
      pool[to] = (value ^ ((value >>> 0) >>> 16)) >>> 0;
    }
  }
  return [...pool, ...pool].map(hash(0x8b51f9dd, 0x58f38ded));
}

/** A hash of numbers of 32 bits whose key changes with each. */
function hash(key, factor) {
  return (number) => {
    const value = number ^ key;
    key = Math.imul(key, factor);
    const product = Math.imul(value, key);
    return (product ^ (product >>> 16)) >>> 0;
  };
}

/**
 * Whether two sums over the bits of all values are as in Python.
 * @param {Uint32Array} bits
 * @param {number[]} sums
 */
function fits(bits, [total, growing]) {
  let [sum, sums] = [0, 0];
  for (const one of bits) {
    sum = (sum + one) | 0;
    sums = (sums + sum) | 0;
  }
  return sum >>> 0 === total && sums >>> 0 === growing;
}
