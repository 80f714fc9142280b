// Integers that float32 would round cross as doubles, in pairs of float32, and are computed on as doubles.

import assert from "node:assert/strict";
import test from "node:test";

import { explain } from "../../ui/tensor_view/browser/arithmetic.js";
import { packPainted } from "../../ui/tensor_view/browser/brush.js";
import { recompute } from "../../ui/tensor_view/browser/live.js";
import { makeModel } from "../../ui/tensor_view/browser/model.js";
import { receive } from "../../ui/tensor_view/browser/store.js";
import { merge } from "./model.mjs";

const first = [2 ** 53 - 3, -(2 ** 24) - 1];
const second = [1, 2];
const sums = first.map((value, place) => value + second[place]);

/** The same as `payload.py` sends for int64 tensors of shape (2,), the second input small. */
function whole() {
  const { panels, order, ...meta } = merge("Add", [[2], [2]], [2], [0, 0, 0, 0, 0, 0]);
  const rows = [first, second, sums].map((values, number) =>
    number === 1 ? Float32Array.from(values) : new Float32Array(Float64Array.from(values).buffer),
  );
  meta.panels = panels.map((panel, number) => ({
    ...panel,
    digest: `whole ${number}`,
    type: "int64",
    whole: true,
    doubles: number !== 1,
    paintable: number === 0,
  }));
  const starts = [0, 4, 6];
  meta.tensors = rows.map((row, number) => ({ digest: `whole ${number}`, count: row.length, at: starts[number] }));
  const all = new Float32Array(10);
  rows.forEach((row, number) => all.set(row, starts[number])); // by bytes: half of a double may be any NaN
  receive(meta, all);
  return makeModel(meta);
}

test("every integer is the one that Python has", () => {
  const model = whole();
  assert.deepEqual([...model.panels[0].values], first);
  assert.deepEqual([...model.panels[1].values], second);
  assert.deepEqual([...model.panels[2].values], sums);
  assert.equal(explain(model, [[0, 1]], [0]).sum, "(0,): 9007199254740990 = 9007199254740989 + 1");
});

test("a live result does not round them, and what is painted goes back as it came", () => {
  const model = whole();
  model.panels[0].values[1] = 2 ** 31 + 7;
  recompute(model, 0, [[1]]);
  assert.equal(model.panels[2].values[1], 2 ** 31 + 9);
  const bytes = Buffer.from(packPainted(model.panels[0], 1).values, "base64");
  assert.deepEqual([bytes.readDoubleLE(0), bytes.readDoubleLE(8)], [first[0], 2 ** 31 + 7]);
});
