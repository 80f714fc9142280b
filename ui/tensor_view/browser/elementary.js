// @ts-check
// Exponential and logarithm by sums, products and quotients alone, each bit as in core/gates/elementary.py.

const HIGH = 0.6931471803691238; // ln 2; the first has 32 bits, so that its multiples are exact
const LOW = 1.9082149292705877e-10;
const LN2 = HIGH + LOW;
const EXP = [1]; // 1 / n!
for (let power = 1, product = 1; power <= 13; power++) EXP.push(1 / (product *= power));
const LOG = Array.from({ length: 12 }, (_, at) => 1 / (2 * at + 1)); // of artanh
const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer); // the lower one first

/**
 * e to the power of a value.
 * @param {number} value from -700 to 700
 */
export function exp(value) {
  const whole = Math.floor(value / LN2 + 0.5);
  const rest = value - whole * HIGH - whole * LOW;
  let total = EXP[13];
  for (let at = 12; at >= 0; at--) total = total * rest + EXP[at];
  halves[0] = 0;
  halves[1] = (whole + 1023) << 20;
  return total * double[0];
}

/**
 * The natural logarithm.
 * @param {number} value above 0, neither subnormal nor infinite
 */
export function log(value) {
  double[0] = value;
  let power = (halves[1] >>> 20) - 1022;
  halves[1] = (halves[1] & 0xfffff) | (1022 << 20);
  let part = double[0]; // from 1/2 to 1
  if (part < Math.SQRT1_2) {
    part *= 2;
    power -= 1;
  }
  const ratio = (part - 1) / (part + 1);
  const square = ratio * ratio;
  let total = LOG[11];
  for (let at = 10; at >= 0; at--) total = total * square + LOG[at];
  return power * HIGH + (power * LOW + 2 * (ratio * total));
}
