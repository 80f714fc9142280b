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

const COUNT = 15;

test("what is drawn of a query in a head is one row of all", () => {
  const levels = Uint8Array.from({ length: 2 * COUNT * COUNT }, (_, at) => at % 251);
  const peaks = Float32Array.from({ length: 2 * COUNT * 2 }, (_, at) => at / 2);
  const found = weightsOf({ levels, peaks, count: COUNT, first: 0, queries: COUNT }, 1, 7);
  assert.equal(found.levels.length, COUNT);
  assert.equal(found.levels[0], (COUNT * COUNT + 7 * COUNT) % 251);
  assert.equal(found.levels.at(-1), (COUNT * COUNT + 8 * COUNT - 1) % 251);
  assert.deepEqual([found.largest, found.peak], [COUNT + 7, COUNT + 7.5]);
});

test("of one position that is here, no other is drawn", () => {
  const levels = Uint8Array.from({ length: 2 * COUNT }, (_, at) => at);
  const peaks = Float32Array.of(0.25, 3, 0.5, 11);
  const here = { levels, peaks, count: COUNT, first: 7, queries: 1 };
  assert.deepEqual(Array.from(weightsOf(here, 1, 7).levels), Array.from(levels.subarray(COUNT)));
  assert.deepEqual([weightsOf(here, 1, 7).largest, weightsOf(here, 1, 7).peak], [0.5, 11]);
  for (const other of [6, 8]) assert.equal(weightsOf(here, 0, other), null);
});
