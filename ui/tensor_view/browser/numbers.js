// @ts-check
// Numbers as people read them.

const MINUS = "\u2212";
const SHORT = 1e7; // integers below it are always written in full
const EXACT = 2 ** 53; // up to here float64 holds every integer

/** A value: integers up to 2⁵³ in full, others with `digits` digits; with fewer than 4, long integers are shortened. */
export function written(value, digits = 4) {
  if (Number.isNaN(value)) return "NaN";
  if (value === Infinity) return "∞";
  if (value === -Infinity) return `${MINUS}∞`;
  return plain(value, digits).replaceAll("-", MINUS);
}

function plain(value, digits) {
  const size = Math.abs(value);
  if (Number.isInteger(value) && (size < SHORT || (digits >= 4 && size <= EXACT)))
    return String(value + 0 === 0 ? 0 : value);
  if (size >= 1e6 || size < 1e-3) return value.toExponential(Math.max(0, digits - 2)).replace("e+", "e");
  return String(Number(value.toPrecision(digits)));
}

/**
 * An index or a shape: (0, 2, 1); one axis keeps Python's comma.
 * @param {(number | string)[]} index
 */
export function tuple(index) {
  return index.length === 1 ? `(${index[0]},)` : `(${index.join(", ")})`;
}

/** A text with its blanks filled in: fill("{n} cells", {n: 4}). */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (blank, name) => (name in values ? String(values[name]) : blank));
}

/** How wide a text is, in digits: a Chinese character is as wide as two. */
export const placesOf = (text) => [...text].reduce((sum, letter) => sum + (letter > "\u2e7f" ? 2 : 1), 0);

/**
 * A value in a cell, short, with as many decimals as its neighbours: `most` is the largest size around.
 * @param full whether there is room for long integers
 */
export function inCell(value, most, full = false) {
  if (!Number.isFinite(value) || Number.isInteger(value)) return written(value, full ? 4 : 2);
  if (most >= 1e5 || most < 1e-2) return written(value, 2);
  const text = value.toFixed(most >= 100 ? 0 : most >= 10 ? 1 : 2);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", MINUS);
}
