// Self-attention on a grid: where arrow keys lead, and which weights belong to a position.

import assert from "node:assert/strict";
import test from "node:test";
import { moved, positionOf, weightsOf } from "../../ui/gallery/browser/attention.js";

const GRID = [3, 5];

test("a number is a row and a column", () => {
  assert.deepEqual(positionOf(GRID, 0), [0, 0]);
  assert.deepEqual(positionOf(GRID, 7), [1, 2]);
  assert.deepEqual(positionOf(GRID, 14), [2, 4]);
});

test("arrow keys move by one and stop at the edges; other keys do nothing", () => {
  assert.equal(moved(GRID, 7, "ArrowUp"), 2);
  assert.equal(moved(GRID, 2, "ArrowUp"), 2);
  assert.equal(moved(GRID, 7, "ArrowDown"), 12);
  assert.equal(moved(GRID, 9, "ArrowRight"), 9);
  assert.equal(moved(GRID, 7, "ArrowLeft"), 6);
  assert.equal(moved(GRID, 7, "Home"), 5);
  assert.equal(moved(GRID, 7, "End"), 9);
  assert.equal(moved(GRID, 7, "PageDown"), 12);
  assert.equal(moved(GRID, 7, "a"), undefined);
});

test("the weights of a query in a head are one row of its matrix", () => {
  const count = 15;
  const values = Float32Array.from({ length: 2 * count * count }, (_, at) => at);
  const found = weightsOf(values, count, 1, 7);
  assert.equal(found.length, count);
  assert.equal(found[0], count * count + 7 * count);
  assert.equal(found.at(-1), count * count + 8 * count - 1);
});
