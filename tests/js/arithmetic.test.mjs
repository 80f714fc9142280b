import assert from "node:assert/strict";
import test from "node:test";

import { explain, explainReach } from "../../ui/tensor_view/browser/arithmetic.js";
import { boxOfCell } from "../../ui/tensor_view/browser/links.js";
import { counting, merge } from "./model.mjs";

const at = (model, index) => explain(model, boxOfCell(model, model.panels.at(-1), index), index);

test("the product of the note", () => {
  const values = [...counting(25), ...counting(100, 51)];
  const product = counting(100).map(
    (_, place) => values[5 * Math.floor(place / 20) + (place % 5)] * values[25 + place],
  );
  const model = merge(
    "Multiply",
    [
      [5, 1, 5],
      [5, 4, 5],
    ],
    [5, 4, 5],
    [...values, ...product],
  );
  const told = at(model, [0, 2, 1]);
  assert.equal(told.sum, "(0, 2, 1): 124 = 2 × 62");
  assert.deepEqual(told.from, ["input 0 (0, 0, 1)", "input 1 (0, 2, 1)"]);
  const box = boxOfCell(model, model.panels[0], [0, 0, 1]);
  assert.equal(explainReach(model, model.panels[0], [0, 0, 1], box), "input 0 (0, 0, 1) = 2: 4");
});

test("every operation reads as it is computed", () => {
  const sums = {
    Add: "1 + (−2) + 3",
    Average: "(1 + (−2) + 3) / 3",
    Maximum: "max(1, (−2), 3)",
    Minimum: "min(1, (−2), 3)",
    Multiply: "1 × (−2) × 3",
  };
  for (const [operation, sum] of Object.entries(sums)) {
    const model = merge(operation, [[1], [1], [1]], [1], [1, -2, 3, 7]);
    assert.equal(at(model, [0]).sum, `(0,): 7 = ${sum}`);
  }
});

test("integers that wrap around say what is taken away", () => {
  const sum = (operation, type, values, output = type) => {
    const model = merge(operation, [[1], [1]], [1], values);
    model.panels.forEach((panel, place) => (panel.type = place === 2 ? output : type));
    return at(model, [0]).sum;
  };
  assert.equal(sum("Add", "uint8", [200, 100, 44]), "(0,): 44 = 200 + 100 − 256");
  assert.equal(sum("Add", "uint8", [3, 5, 8]), "(0,): 8 = 3 + 5");
  assert.equal(sum("Multiply", "uint8", [200, 100, 32]), "(0,): 32 = 200 × 100 − 78 × 256");
  assert.equal(sum("Subtract", "uint8", [3, 5, 254]), "(0,): 254 = 3 − 5 + 256");
  assert.equal(sum("Average", "uint8", [200, 100, 22], "float32"), "(0,): 22 = (200 + 100 − 256) / 2");
  assert.equal(sum("Add", "float32", [200, 100, 44]), "(0,): 44 = 200 + 100");
});

test("what is rounded or too large is written so that it gives the result", () => {
  const sum = (operation, type, values, more = {}) => {
    const model = merge(operation, [[1], [1]], [1], values, more);
    model.panels[2].type = type;
    return at(model, [0]).sum;
  };
  assert.equal(sum("Add", "float16", [2048, 1, 2048]), "(0,): 2048 = 2048 + 1");
  assert.equal(sum("Multiply", "bfloat16", [1.5, 1.703125, 2.546875]), "(0,): 2.547 ≈ 1.5 × 1.703");
  assert.equal(sum("Multiply", "float16", [300, 300, Infinity]), "(0,): ∞ = float16(300 × 300)");
  assert.equal(
    sum("Multiply", "float32", [1e30, 1e30, Infinity]),
    "(0,): ∞ = float32(1e30 × 1e30)".replaceAll("1e30", "1.00e30"),
  );
  assert.equal(sum("Add", "float32", [Infinity, 1, Infinity]), "(0,): ∞ = ∞ + 1");
  assert.equal(sum("Add", "bool", [1, 1, 1]), "(0,): 1 = bool(1 + 1)");
});

test("Concatenate says from which input", () => {
  const model = merge(
    "Concatenate",
    [
      [1, 2],
      [1, 3],
    ],
    [1, 5],
    [1, 2, 3, 4, 5, 1, 2, 3, 4, 5],
  );
  model.panels[1].links = [
    [0, 0, false],
    [1, 2, false],
  ];
  assert.equal(at(model, [0, 4]).sum, "(0, 4): 5 = 5 (input 1 (0, 2))");
});

test("Dot writes its sum, and cuts a long one", () => {
  const make = (length) => {
    const values = [...counting(length), ...new Array(length).fill(-1), 42];
    const model = merge(
      "Dot",
      [
        [1, length],
        [1, length],
      ],
      [1, 1],
      values,
      { sizes: [1, 1, length] },
    );
    for (const panel of model.panels.slice(0, 2))
      [panel.axes, panel.links] = [
        [0, 2],
        [
          [0, 0, false],
          [null, 0, true],
        ],
      ];
    return model;
  };
  assert.equal(at(make(2), [0, 0]).sum, "(0, 0): 42 = 1 × (−1) + 2 × (−1)");
  const long = at(make(9), [0, 0]);
  assert.equal(long.sum, "(0, 0): 42 = 1 × (−1) + 2 × (−1) + 3 × (−1) + 4 × (−1) + 5 × (−1) + … + 9 × (−1)");
  assert.deepEqual(long.from, ["input 0 (0, 0…8)", "input 1 (0, 0…8)"]);
});

test("a scalar has an index too", () => {
  assert.equal(at(merge("Add", [[], []], [], [2, 3, 5]), []).sum, "(): 5 = 2 + 3");
});
