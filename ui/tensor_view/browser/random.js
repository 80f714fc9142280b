// @ts-check
// Uniform random tensors, drawn here as NumPy draws them (core/tensor_view/streams.py): PCG64 with output XSL-RR.

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

/** Both halves of the state are combined by XOR and rotated by its top six bits; the upper 53 bits are a fraction. */
function fractionOf(words) {
  let low = words[0] ^ words[2];
  let high = words[1] ^ words[3];
  let turn = words[3] >>> 26;
  if (turn >= 32) {
    [low, high] = [high, low];
    turn -= 32;
  }
  if (turn) {
    [low, high] = [(low >>> turn) | (high << (32 - turn)), (high >>> turn) | (low << (32 - turn))];
  }
  return ((high >>> 0) * 2 ** 21 + (low >>> 11)) / 2 ** 53;
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
