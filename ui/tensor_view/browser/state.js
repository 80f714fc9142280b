// @ts-check
// What the person is looking at. Everything here can come from an old link, so everything is brought to the nearest
// that exists.

import { cellAt } from "./links.js";
import { channelAxis, channelOrder, isDrawable } from "./model.js";
import { roomIsBright } from "./switches.js";

const KINDS = ["auto", "sequential", "diverging"];

/**
 * From where to where colours can reach; "fixed" needs limits.
 * @param {import('./types').Model} model
 */
export const rangesOf = (model) =>
  ["channel", "tensor", "shared", "fixed"].filter((name) => name !== "fixed" || model.scale.limits);

const whole = (value, fallback) => (Number.isFinite(value) ? Math.trunc(value) : fallback);
const between = (value, low, high) => Math.max(low, Math.min(high, value));

/**
 * The state that a selection asks for, as near as the tensors allow.
 * @param {import('./types').Model} model
 * @param {import('./types').Selection} selection
 */
export function startView(model, selection) {
  const wanted = selection ?? {};
  const [rows, cols] = screenAxes(model, wanted.axes);
  const view = {
    rows,
    cols,
    at: model.sizes.map(() => 0),
    order: "index",
    compare: model.compare ?? "after",
    pinned: null,
    pointed: null,
    playing: false,
    speed: model.speed,
    kind: model.scale.kind,
    range: model.scale.range,
    tool: "point",
    size: 3,
    strength: 1,
    bright: roomIsBright(),
    contours: false,
    scan: false,
  };
  if (KINDS.includes(wanted.kind)) view.kind = wanted.kind;
  if (rangesOf(model).includes(wanted.range)) view.range = wanted.range;
  if (model.order.has(wanted.order)) view.order = wanted.order;
  if (Array.isArray(wanted.at)) wanted.at.forEach((at, axis) => moveTo(model, view, axis, at));
  const axis = channelAxis(model, view);
  if (axis !== null && !Array.isArray(wanted.at)) moveTo(model, view, axis, wanted.channel);
  if (Array.isArray(wanted.cell)) pinCell(model, view, wanted.panel, wanted.cell);
  return view;
}

/**
 * @param {import('./types').Model} model
 */
function screenAxes(model, wanted) {
  const [rows, cols] = model.axes;
  if (!Array.isArray(wanted) || wanted.length !== 2 || rows === null || model.scene) return [rows, cols];
  const fits = wanted.every((axis) => Number.isInteger(axis) && axis >= 0 && axis < model.outputRank);
  return fits && wanted[0] !== wanted[1] ? wanted : [rows, cols];
}

/**
 * Move along one shared axis; out of range is the nearest end.
 * @param {import('./types').Model} model
 * @param {import('./types').View} view
 * @param {number} axis
 */
export function moveTo(model, view, axis, at) {
  if (axis < model.sizes.length) view.at[axis] = between(whole(at, 0), 0, Math.max(0, model.sizes[axis] - 1));
}

/**
 * One channel on or back, in the chosen order, round and round.
 * @param {import('./types').Model} model
 * @param {import('./types').View} view
 */
export function stepChannel(model, view, step) {
  const order = channelOrder(model, view);
  if (!order.length) return;
  const axis = channelAxis(model, view);
  const place = order.indexOf(view.at[axis]);
  view.at[axis] = order[(place + step + order.length) % order.length];
  followPin(model, view);
}

/**
 * Marked cells stay where they are on screen while the channels go by.
 * @param {import('./types').Model} model
 * @param {import('./types').View} view
 */
export function followPin(model, view) {
  for (const mark of [view.pinned, view.pointed]) {
    if (mark) mark.at = view.at.map((at, axis) => (isOnScreen(model, view, axis) ? mark.at[axis] : at));
  }
}

/**
 * @param {import('./types').Model} model
 * @param {import('./types').View} view
 * @param {number} axis
 */
const isOnScreen = (model, view, axis) => axis === view.rows || axis === view.cols || axis >= model.outputRank;

/**
 * @param {import('./types').Model} model
 * @param {import('./types').View} view
 */
function pinCell(model, view, number, cell) {
  const at = model.sizes.map((size, axis) => between(whole(cell[axis], view.at[axis]), 0, Math.max(0, size - 1)));
  const panel = model.panels[number] && isDrawable(model.panels[number]) ? model.panels[number] : model.panels.at(-1);
  if (!isDrawable(panel)) return;
  view.pinned = { panel: panel.number, at, copy: false };
  view.at = view.at.map((now, axis) => (isOnScreen(model, view, axis) ? now : at[axis]));
}

/**
 * The pinned or pointed cell in its panel's own index.
 * @param {import('./types').Model} model
 * @param {import('./types').Mark} mark
 */
export const ownCell = (model, mark) => cellAt(model, model.panels[mark.panel], mark.at).index;

const changed = (now, first) => (now === first ? null : now);

/**
 * What is sent to Python on release.
 * @param {import('./types').Model} model
 * @param {import('./types').View} view
 */
export function report(model, view, painted, given) {
  const axis = channelAxis(model, view);
  const cell = view.pinned ? view.pinned.at.slice(0, model.outputRank) : null;
  return {
    channel: axis === null ? 0 : view.at[axis],
    at: view.at.slice(),
    cell,
    panel: view.pinned ? view.pinned.panel : null,
    axes: [view.rows, view.cols],
    order: view.order,
    kind: changed(view.kind, model.scale.kind),
    range: changed(view.range, model.scale.range),
    painted,
    given,
  };
}
