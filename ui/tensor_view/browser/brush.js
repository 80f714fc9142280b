// @ts-check
// Painting on a tensor. A stroke mixes the target into the cells under it; going over a cell twice in one stroke does
// not mix twice, so that slow and fast hands paint the same.

import { offsetOf } from "./model.js";
import { canCompute, recompute } from "./live.js";
import { cellAt } from "./links.js";

const UNDO = 40; // strokes

/** The cells under a round brush, with how much each is covered: from 1 in the middle to 0 past the edge. */
export function dab(row, col, size, rows, cols) {
  const reach = size / 2;
  const covered = [];
  for (let y = Math.max(0, Math.ceil(row - reach)); y <= Math.min(rows - 1, Math.floor(row + reach)); y++) {
    for (let x = Math.max(0, Math.ceil(col - reach)); x <= Math.min(cols - 1, Math.floor(col + reach)); x++) {
      const away = Math.hypot(y - row, x - col);
      if (away <= reach) covered.push([y, x, 1]);
    }
  }
  return covered.length ? covered : [[Math.round(row), Math.round(col), 1]];
}

/** Points between two positions, close enough for the dabs to join. */
export function between(from, to, size) {
  const steps = Math.max(1, Math.ceil(Math.hypot(to.row - from.row, to.col - from.col) / Math.max(0.5, size / 4)));
  return Array.from({ length: steps }, (_, step) => ({
    row: from.row + ((to.row - from.row) * (step + 1)) / steps,
    col: from.col + ((to.col - from.col) * (step + 1)) / steps,
  }));
}

/**
 * @param {import('./types').App} app
 */
export function makeBrush(app) {
  const past = [];
  let stroke = null;
  const paint = (part, place) => {
    const { view, model } = app;
    const { panel, plan } = part;
    const [low, high] = panel.paint;
    const target = view.tool === "eraser" ? low : high;
    const changed = [];
    const index = cellAt(model, panel, view.at).index.slice();
    for (const [row, col] of dab(place.row, place.col, view.size, plan.rows, plan.cols)) {
      if (plan.rowAxis >= 0) index[plan.rowAxis] = row;
      if (plan.colAxis >= 0) index[plan.colAxis] = col;
      const offset = offsetOf(panel, index);
      if (stroke.before.has(offset)) continue;
      const was = panel.values[offset];
      stroke.before.set(offset, { index: index.slice(), was });
      const mixed = (Number.isFinite(was) ? was : low) * (1 - view.strength) + target * view.strength;
      panel.values[offset] = panel.whole ? Math.round(mixed) : mixed;
      changed.push(index.slice());
    }
    panel.version += 1;
    recompute(model, panel.number, changed);
  };
  const brush = {
    active: () => stroke !== null,
    begin(part, place) {
      stroke = { part, place, before: new Map() };
      app.turn += 1;
      paint(part, place);
      app.redraw("values");
    },
    move(place) {
      if (!stroke) return;
      for (const point of between(stroke.place, place, app.view.size)) paint(stroke.part, point);
      stroke.place = place;
      app.redraw("values");
    },
    end() {
      if (!stroke) return;
      past.push(stroke);
      if (past.length > UNDO) past.shift();
      stroke = null;
      brush.settle();
    },
    /** Drop the stroke without reporting it: the view is gone. */
    drop: () => {
      stroke = null;
    },
    undo() {
      const last = past.pop();
      if (!last || stroke) return;
      const { panel } = last.part;
      app.turn += 1;
      for (const [offset, { was }] of last.before) panel.values[offset] = was;
      panel.version += 1;
      recompute(
        app.model,
        panel.number,
        [...last.before.values()].map(({ index }) => index),
      );
      brush.settle();
    },
    canUndo: () => past.length > 0,
    forget: () => {
      past.length = 0;
      app.turn = 0;
    },
    /** The stroke is over: the colours of what it changed may move now. */
    settle() {
      if (canCompute(app.model)) app.model.panels.at(-1).range = null;
      if (app.gallery) app.gallery.difference = null;
      app.redraw("values");
      app.redraw("controls");
      app.tell();
    },
  };
  return brush;
}

/**
 * The painted tensor on its way to Python: little-endian float32 or float64 as it came, so that nothing is rounded.
 * @param {import('./types').Panel} panel
 */
export function packPainted(panel, turn) {
  const bytes = new Uint8Array(panel.values.buffer, panel.values.byteOffset, panel.values.byteLength);
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return { panel: panel.number, digest: panel.digest, values: btoa(text), turn };
}
