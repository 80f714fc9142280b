// @ts-check
// The frames around cells that belong together.

import { boxOfCell, cellAt, cellsInBox, isEmpty, isScaled, runsAlong } from "./links.js";
import { footCols, footRows } from "./layout.js";

const SMALL = 16; // px of a cell from which on its frame lies within it; around a smaller one, so that its value shows
const DOTTED = 20; // likewise, from which on a pinned cell has a dot

/**
 * The cell of a panel under a row and a column of its drawing, as a place in the shared frame.
 * @param {import('./types').Model} model
 * @param {import('./types').View} view
 * @param {import('./types').Panel} panel
 * @param {import('./types').Plan} plan
 */
export function markAt(model, view, panel, plan, row, col) {
  const at = view.at.slice();
  place(model, panel, plan.rowAxis, plan.rowCopies > 1 ? view.rows : null, row, at);
  place(model, panel, plan.colAxis, plan.colCopies > 1 ? view.cols : null, col, at);
  // The first of a stretched run is the cell itself, which reaches the whole run; the others stand for one place each.
  return { panel: panel.number, at, copy: (plan.rowCopies > 1 && row > 0) || (plan.colCopies > 1 && col > 0) };
}

/**
 * @param {import('./types').Model} model
 * @param {import('./types').Panel} panel
 * @param {number} axis
 * @param {number} index
 */
function place(model, panel, axis, copied, index, at) {
  if (copied !== null) at[copied] = index;
  if (copied !== null || axis < 0) return;
  const shared = runsAlong(panel, axis);
  if (shared === null) return;
  const scaled = isScaled(model, panel, axis);
  at[shared] = scaled ? Math.ceil((index * model.sizes[shared]) / panel.shape[axis]) : index + panel.links[axis][1];
}

/**
 * Row and column of a mark in the drawing of its own panel.
 * @param {import('./types').Model} model
 * @param {import('./types').View} view
 * @param {import('./types').Panel} panel
 * @param {import('./types').Plan} plan
 * @param {import('./types').Mark} mark
 */
export function placeOf(model, view, panel, plan, mark) {
  const { index } = cellAt(model, panel, mark.at);
  return {
    row: plan.rowCopies > 1 ? mark.at[view.rows] : plan.rowAxis < 0 ? 0 : index[plan.rowAxis],
    col: plan.colCopies > 1 ? mark.at[view.cols] : plan.colAxis < 0 ? 0 : index[plan.colAxis],
  };
}

/**
 * All that a marked cell touches. Pointing at one pale copy means that one, not the whole stretch.
 * @param {import('./types').Model} model
 * @param {import('./types').View} view
 * @param {import('./types').Mark} mark
 * @param {import('./types').Plan} plan
 */
export function boxOfMark(model, view, mark, plan) {
  const panel = model.panels[mark.panel];
  const box = boxOfCell(model, panel, cellAt(model, panel, mark.at).index);
  if (mark.copy && plan.rowCopies > 1) box[view.rows] = [mark.at[view.rows], mark.at[view.rows] + 1];
  if (mark.copy && plan.colCopies > 1) box[view.cols] = [mark.at[view.cols], mark.at[view.cols] + 1];
  return box;
}

/**
 * The rectangle of a panel's drawing that lies in a box, and the one of its pale copies; null for none.
 * @param {import('./types').Model} model
 * @param {import('./types').View} view
 * @param {import('./types').Panel} panel
 * @param {import('./types').Plan} plan
 * @param {import('./types').Span[]} box
 */
export function framesIn(model, view, panel, plan, box) {
  const spans = cellsInBox(model, panel, box);
  if (isEmpty(spans)) return null;
  const slice = cellAt(model, panel, view.at).index;
  const hidden = (axis) => axis !== plan.rowAxis && axis !== plan.colAxis;
  if (spans.some(([from, past], axis) => hidden(axis) && (slice[axis] < from || slice[axis] >= past))) return null;
  const rows = plan.rowAxis < 0 ? [0, 1] : spans[plan.rowAxis];
  const cols = plan.colAxis < 0 ? [0, 1] : spans[plan.colAxis];
  const copied = plan.rowCopies > 1 || plan.colCopies > 1;
  const echo = { rows: plan.rowCopies > 1 ? box[view.rows] : rows, cols: plan.colCopies > 1 ? box[view.cols] : cols };
  return { solid: { rows, cols }, echo: copied ? echo : null };
}

/**
 * Draw frames onto the upper canvas of a panel.
 * @param {import('./types').Plan} plan
 * @param {import('./types').Theme} theme
 */
export function paintFrames(canvas, plan, frames, theme, before = null) {
  const context = canvas.getContext("2d");
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  before?.(context); // what lies below the frames
  const cell = { width: canvas.width / footCols(plan), height: canvas.height / footRows(plan) };
  for (const { frame, kind } of frames) {
    if (frame.echo) outline(context, frame.echo, cell, theme, kind, true);
    outline(context, frame.solid, cell, theme, kind, false);
  }
}

/** A light and a dark line side by side are seen on every colour of the scale. */
function outline(context, { rows, cols }, cell, theme, kind, dashed) {
  const unit = theme.ratio;
  const [x, y] = [cols[0] * cell.width, rows[0] * cell.height];
  const [width, height] = [(cols[1] - cols[0]) * cell.width, (rows[1] - rows[0]) * cell.height];
  const small = Math.min(width, height);
  const inset = (small >= SMALL * unit ? 2.5 : -2.5) * unit;
  const [left, top] = [Math.max(0, x + inset), Math.max(0, y + inset)];
  const box = [
    left,
    top,
    Math.min(context.canvas.width, x + width - inset) - left,
    Math.min(context.canvas.height, y + height - inset) - top,
  ];
  context.setLineDash([]);
  context.lineWidth = 5 * unit;
  context.strokeStyle = "rgba(255, 255, 255, 0.92)";
  if (!dashed) context.strokeRect(...box);
  context.setLineDash(dashed ? [4 * unit, 3 * unit] : []);
  context.lineWidth = (kind === "pointed" ? 3 : 2.5) * unit;
  context.strokeStyle = kind === "linked" ? theme.mark : "#10151c";
  context.strokeRect(...box);
  if (kind === "pinned" && small >= DOTTED * unit) paintPin(context, box, unit, theme);
}

function paintPin(context, box, unit, theme) {
  const [x, y] = box;
  context.setLineDash([]);
  context.beginPath();
  context.arc(x, y, 4.5 * unit, 0, 7);
  context.fillStyle = theme.mark;
  context.fill();
  context.lineWidth = 1.5 * unit;
  context.strokeStyle = "#ffffff";
  context.stroke();
}
