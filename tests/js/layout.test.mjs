import assert from "node:assert/strict";
import test from "node:test";

import { arrange, footCols, slicePlan, stageSizes, tileGrid } from "../../ui/tensor_view/browser/layout.js";
import {
  finiteRange,
  makeScale,
  entryOf,
  markOf,
  NAN,
  ABOVE,
  BELOW,
  OVER,
  UNDER,
} from "../../ui/tensor_view/browser/colour.js";
import { startView } from "../../ui/tensor_view/browser/state.js";
import { merge } from "./model.mjs";

const plan = (rows, cols) => ({ rows, cols, rowCopies: 1, colCopies: 1 });

test("panels are side by side where there is room and one below the other on a phone", () => {
  const three = [plan(20, 20), plan(20, 20), plan(20, 20)];
  assert.equal(arrange(three, 1100).line, 3);
  assert.equal(arrange(three, 328).line, 1);
  for (const width of [200, 328, 700, 1100, 2400]) {
    for (const plans of [
      three,
      [plan(1, 400), plan(400, 16), plan(1, 16)],
      [plan(65536, 1)],
      [plan(1, 65536)],
      [null, plan(2, 2)],
    ]) {
      const { line, cell } = arrange(plans, width);
      const widest = Math.max(...plans.map((one) => (one ? footCols(one) * cell : 0)));
      assert.ok(line >= 1 && cell > 0 && widest <= width, `${width}: ${line} x ${cell}`);
    }
  }
});

test("on a stage, operators stay beside their operands: the row fills the width, or low panels stand in its middle", () => {
  const plans = [plan(7, 11), plan(7, 11), plan(7, 11)];
  const size = (height) => stageSizes({ plans, width: 1200, height, window: 800, taken: 100, pictures: null });
  const tall = size(800);
  assert.equal(3 * Math.floor(11 * tall.cell) + 2 * tall.sign, 1200);
  const low = size(331); // 231 px are left for 7 rows, so 3 panels of 363 px leave 55 px for each sign
  assert.deepEqual([low.height, low.sign], [231, 55]);
  const lowest = size(260); // the least height, 160 px: 3 panels of 251 px would leave 222 px
  assert.deepEqual([lowest.height, lowest.sign], [160, 120]);
});

test("six inputs and a result keep their lines: each but the first begins with a sign", () => {
  for (const width of [480, 600, 760, 1000, 1300]) {
    const { line, cell } = arrange(new Array(7).fill(plan(3, 4)), width);
    for (let start = 0; start < 7; start += line) {
      const count = Math.min(line, 7 - start);
      const signs = line === 1 ? 0 : count - (start ? 0 : 1);
      const long = count * (4 * cell + 22) + signs * 44;
      assert.ok(long <= width, `${width}: ${count} panels need ${long}`);
    }
  }
});

test("three panels read as one line on a screen of a laptop", () => {
  assert.equal(arrange([plan(20, 20), plan(20, 20), plan(20, 20)], 600).line, 3);
});

test("a stretched axis leaves room for its copies", () => {
  const model = merge(
    "Multiply",
    [
      [5, 1, 5],
      [5, 4, 5],
    ],
    [5, 4, 5],
    new Array(225).fill(1),
  );
  const [first] = model.panels;
  assert.deepEqual(slicePlan(model, first, startView(model, null)), {
    rowAxis: 1,
    colAxis: 2,
    rows: 1,
    cols: 5,
    rowCopies: 4,
    colCopies: 1,
  });
});

test("the gallery shows all channels without overflowing", () => {
  for (const [count, rows, cols] of [
    [256, 20, 20],
    [2048, 20, 20],
    [32, 160, 160],
    [5, 4, 5],
    [3, 1, 1],
    [4, 1, 300],
    [4, 3000, 2],
  ]) {
    for (const [width, ratio] of [
      [1100, 1],
      [1100, 2],
      [320, 3],
    ]) {
      const grid = tileGrid({ count, rows, cols, width, ratio });
      assert.ok(grid.line * grid.lines >= count && grid.line >= 1);
      assert.ok(grid.line === 1 || grid.line * (grid.width + grid.gap) - grid.gap <= width + 1e-9);
      assert.ok(grid.width * ratio >= 0.02);
    }
  }
});

test("colours: zero is the middle of a diverging scale, and the ends are the ends", () => {
  const tables = { sequential: new Uint32Array(256), diverging: new Uint32Array(256) };
  const diverging = makeScale([-1, 4], true, tables);
  assert.deepEqual(
    [-4, 0, 4].map((value) => entryOf(diverging, value)),
    [1, 128, 255],
  );
  const sequential = makeScale([2, 6], false, tables);
  assert.deepEqual(
    [2, 4, 6].map((value) => entryOf(sequential, value)),
    [0, 128, 255],
  );
  const flat = makeScale([3, 3], false, tables);
  assert.equal(entryOf(flat, 3), 128);
});

test("what no colour can show is marked", () => {
  const scale = makeScale([0, 1], false, { sequential: new Uint32Array(256) });
  const marks = [NaN, Infinity, -Infinity, 1.5, -0.5, 1, 0, 0.5].map((value) => markOf(scale, value));
  assert.deepEqual(marks, [NAN, ABOVE, BELOW, OVER, UNDER, 0, 0, 0]);
  assert.equal(finiteRange([NaN, Infinity, -Infinity]), null);
  assert.deepEqual(finiteRange([NaN, 3, -Infinity, 2]), [2, 3]);
});
