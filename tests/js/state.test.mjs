import assert from "node:assert/strict";
import test from "node:test";

import { startView, stepChannel, moveTo, report } from "../../ui/tensor_view/browser/state.js";
import { axesOnScreen, channelAxis, sliderAxes } from "../../ui/tensor_view/browser/model.js";
import { counting, merge } from "./model.mjs";

const note = () =>
  merge(
    "Multiply",
    [
      [5, 1, 5],
      [5, 4, 5],
    ],
    [5, 4, 5],
    [...counting(25), ...counting(100, 51), ...counting(100)],
  );

test("without a selection the view begins at the first cell", () => {
  const model = note();
  const view = startView(model, null);
  assert.deepEqual([view.rows, view.cols, view.at, view.pinned], [1, 2, [0, 0, 0], null]);
  assert.equal(channelAxis(model, view), 0);
  assert.deepEqual(sliderAxes(model, view), [0]);
});

test("whatever a link asks for, the nearest there is comes", () => {
  const wild = [99, -7, NaN, Infinity, "x", null, [], 1e400, {}];
  for (const one of wild) {
    for (const cell of [[one, one, one], [one], "cell", null, [9, 9, 9, 9, 9]]) {
      const model = note();
      const view = startView(model, {
        channel: one,
        at: [one, one, one, one, one],
        cell,
        panel: one,
        axes: [one, 1],
        order: one,
      });
      view.at.forEach((at, axis) =>
        assert.ok(Number.isInteger(at) && at >= 0 && at < model.sizes[axis], `${one}: ${view.at}`),
      );
      assert.notEqual(view.rows, view.cols);
      if (view.pinned) assert.ok(view.pinned.at.every((at, axis) => at >= 0 && at < model.sizes[axis]));
    }
  }
  assert.equal(startView(note(), { channel: 99 }).at[0], 4);
  assert.equal(startView(note(), { channel: -3 }).at[0], 0);
});

test("channels go round, in the order of the person, and take the pin along", () => {
  const model = merge(
    "Multiply",
    [
      [1, 2, 2, 3],
      [1, 2, 2, 1],
    ],
    [1, 2, 2, 3],
    new Array(12 + 4 + 12).fill(1),
    {
      axes: [1, 2],
      orders: [
        { name: "index", title: "", channels: [] },
        { name: "energy", title: "", channels: [2, 0, 1] },
      ],
    },
  );
  const view = startView(model, { order: "energy", cell: [0, 1, 1, 2] });
  const seen = [view.at[3]];
  for (let step = 0; step < 3; step++) {
    stepChannel(model, view, 1);
    seen.push(view.at[3]);
  }
  assert.deepEqual(seen, [2, 0, 1, 2]);
  stepChannel(model, view, -1);
  assert.deepEqual(view.pinned.at, [0, 1, 1, 1]);
  assert.deepEqual(report(model, view, null, null).cell, [0, 1, 1, 1]);
});

test("axes on screen: an axis of Dot that the result lacks takes the free side", () => {
  const model = merge(
    "Dot",
    [
      [2, 3, 8],
      [2, 8, 5],
    ],
    [2, 3, 5],
    new Array(48 + 80 + 30).fill(1),
    { sizes: [2, 3, 5, 8] },
  );
  model.panels[0].axes = [0, 1, 3];
  model.panels[1].axes = [0, 3, 2];
  const view = startView(model, null);
  assert.deepEqual(axesOnScreen(model, model.panels[0], view), { rows: 1, cols: 2 });
  assert.deepEqual(axesOnScreen(model, model.panels[1], view), { rows: 1, cols: 2 });
  assert.deepEqual(sliderAxes(model, view), [0], "the summed axis is on screen and needs no slider");
});

test("moving past an axis that is not there is nothing", () => {
  const model = note();
  const view = startView(model, null);
  moveTo(model, view, 7, 1);
  assert.deepEqual(view.at, [0, 0, 0]);
});
