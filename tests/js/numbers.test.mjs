import assert from "node:assert/strict";
import test from "node:test";

import { fill, inCell, tuple, written } from "../../ui/tensor_view/browser/numbers.js";

test("numbers are short, and never lose their sign or their kind", () => {
  const cases = [
    [51, "51"],
    [-3, "−3"],
    [0.1 + 0.2, "0.3"],
    [-0, "0"],
    [1 / 3, "0.3333"],
    [1e-9, "1.00e−9"],
    [NaN, "NaN"],
    [Infinity, "∞"],
    [-Infinity, "−∞"],
    [12345678.5, "1.23e7"],
    [16777217, "16777217"],
    [-9007199254740992, "−9007199254740992"],
    [2 ** 53 + 2, "9.01e15"],
  ];
  for (const [value, text] of cases) assert.equal(written(value), text);
});

test("numbers in cells share their decimals", () => {
  assert.equal(inCell(0.0061, 0.9), "0.01");
  assert.equal(inCell(-0.001, 0.9), "0.00");
  assert.equal(inCell(-41.26, 60), "−41.3");
  assert.equal(inCell(7, 60), "7");
  assert.equal(inCell(NaN, 60), "NaN");
  assert.equal(inCell(16777217, 2e7), "2e7");
  assert.equal(inCell(16777217, 2e7, true), "16777217");
  assert.equal(inCell(12345.678, 2e7, true), "12000");
});

test("an index reads like Python's", () => {
  assert.equal(tuple([]), "()");
  assert.equal(tuple([3]), "(3,)");
  assert.equal(tuple([0, 2, 1]), "(0, 2, 1)");
});

test("blanks without a value stay", () => assert.equal(fill("{a} of {b}", { a: 1 }), "1 of {b}"));
