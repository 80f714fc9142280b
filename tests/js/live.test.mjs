import assert from "node:assert/strict";
import test from "node:test";

import { between, dab } from "../../ui/tensor_view/browser/brush.js";
import { listCells } from "../../ui/tensor_view/browser/links.js";
import { recompute, recomputeAll } from "../../ui/tensor_view/browser/live.js";
import { merge } from "./model.mjs";

const all = (panel) => listCells(panel.shape.map((size) => [0, size]));

test("painting one weight changes just what it reaches, as the whole merge would", () => {
  const steps = {
    Add: (a, b) => a + b,
    Subtract: (a, b) => a - b,
    Multiply: (a, b) => a * b,
    Maximum: Math.max,
    Minimum: Math.min,
    Average: (a, b) => (a + b) / 2,
  };
  for (const [operation, step] of Object.entries(steps)) {
    const model = merge(
      operation,
      [
        [2, 3, 5],
        [2, 3, 1],
      ],
      [2, 3, 5],
      Array.from({ length: 66 }, (_, place) => Math.fround(Math.sin(place))),
    );
    const [x, gate, result] = model.panels;
    recompute(model, 0, all(x));
    gate.values[4] = 0.25; // (1, 1, 0)
    recompute(model, 1, [[1, 1, 0]]);
    for (let place = 0; place < 30; place++) {
      const wanted = Math.fround(step(x.values[place], gate.values[Math.floor(place / 5)]));
      assert.equal(result.values[place], wanted, `${operation} at ${place}`);
    }
  }
});

test("a result that was not sent is the one that Python has, to the bit", () => {
  const [x, gate] = [
    [2, 3, 5],
    [3, 1],
  ].map((shape, turn) =>
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, place) => Math.tan(place + 1 + turn)),
  );
  const model = merge(
    "Multiply",
    [
      [2, 3, 5],
      [2, 3, 1],
    ],
    [2, 3, 5],
    [...x, ...gate, ...gate, ...new Array(30).fill(0)],
  );
  recomputeAll(model);
  const wanted = Float32Array.from(x, (value, place) => value * gate[Math.floor(place / 5) % 3]);
  assert.deepEqual(model.panels[2].values, wanted);
});

test("scalars and inputs that are not live", () => {
  const scalar = merge("Add", [[], []], [], [2, 3, 0]);
  recompute(scalar, 0, [[]]);
  assert.equal(scalar.panels[2].values[0], 5);
  const dot = merge("Dot", [[1], [1]], [1], [1, 2, 3]);
  recompute(dot, 0, [[0]]);
  assert.equal(dot.panels[2].values[0], 3, "left to Python");
});

test("a brush is round, stays inside, and never misses the cell under it", () => {
  assert.deepEqual(dab(2, 2, 1, 5, 5), [[2, 2, 1]]);
  assert.equal(dab(2, 2, 3, 5, 5).length, 9);
  assert.ok(dab(0, 0, 9, 3, 3).every(([row, col]) => row >= 0 && col >= 0 && row < 3 && col < 3));
  assert.deepEqual(
    dab(1.4, 1.4, 1, 5, 5).map(([row, col]) => [row, col]),
    [[1, 1]],
  );
});

test("a fast stroke has no holes", () => {
  const points = between({ row: 0, col: 0 }, { row: 0, col: 19 }, 1);
  const painted = new Set(points.flatMap(({ row, col }) => dab(row, col, 1, 20, 20).map(([, x]) => x)));
  for (let col = 1; col < 20; col++) assert.ok(painted.has(col), `column ${col}`);
});

test("a large result of a view that is not live is computed too, in the order in which Python combines its inputs", () => {
  const shapes = [
    [2, 1, 1, 5],
    [2, 3, 1, 1],
    [2, 3, 7, 5],
  ];
  const sizes = shapes.map((shape) => shape.reduce((a, b) => a * b));
  const inputs = sizes.map((length, turn) => Float32Array.from({ length }, (_, place) => Math.tan(place + 1 + turn)));
  const values = [...inputs.flatMap((input) => [...input]), ...new Array(210).fill(0)];
  const model = merge("Add", shapes, [2, 3, 7, 5], values, { live: false, computed: true });
  recomputeAll(model);
  const [a, b, c] = inputs;
  const wanted = Float32Array.from({ length: 210 }, (_, place) => {
    const [n, row, channel] = [Math.floor(place / 105), Math.floor(place / 35) % 3, place % 5];
    return Math.fround(Math.fround(a[5 * n + channel] + b[3 * n + row]) + c[place]);
  });
  assert.deepEqual(model.panels[3].values, wanted);
});
