// @ts-check
// The tensors of one view: what Python says of them, with strides, and values that can be painted on.

import { tensorOf } from "./store.js";

/**
 * Put Python's `meta` and the tensors that it names together.
 * @param {import('./types').Meta} meta
 */
export function makeModel(meta) {
  const panels = meta.panels.map((sent, number) => ({
    ...sent,
    number,
    strides: stridesOf(sent.shape),
    count: sent.shape.reduce((count, size) => count * size, 1),
    values: null,
    version: 0, // counts the changes of the values
  }));
  /** @type {import('./types').Model} */
  const model = { ...meta, panels, order: new Map(meta.orders.map((order) => [order.name, order])) };
  setValues(model);
  return model;
}

/**
 * Take in other values for the same panels.
 * @param {import('./types').Model} model
 */
export function setValues(model) {
  for (const panel of model.panels) {
    const computed = model.computed && panel === model.panels.at(-1); // by live.js
    if (panel.start === null && !computed) continue;
    // A copy of what changes: the brush paints on one panel, and a live result follows it.
    const sent = computed ? null : tensorOf(panel.digest);
    if (panel.doubles && sent) panel.values = new Float64Array(sent.slice().buffer);
    else panel.values = computed ? new Float32Array(panel.count) : changes(model, panel) ? sent.slice() : sent;
    panel.range = null;
    panel.version += 1;
  }
}

/**
 * @param {import('./types').Model} model
 * @param {import('./types').Panel} panel
 */
const changes = (model, panel) =>
  model.live || panel.paintable || model.reels?.some((reel) => reel.panel === panel.number);

export function stridesOf(shape) {
  const strides = new Array(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1] * shape[axis + 1];
  return strides;
}

/**
 * @param {import('./types').Panel} panel
 * @param {number[]} index
 */
export function offsetOf(panel, index) {
  let offset = 0;
  for (let axis = 0; axis < index.length; axis++) offset += index[axis] * panel.strides[axis];
  return offset;
}

/**
 * @param {import('./types').Panel} panel
 * @param {number[]} index
 */
export const valueAt = (panel, index) => panel.values[offsetOf(panel, index)];

/**
 * @param {import('./types').Panel} panel
 */
export const isDrawable = (panel) => panel.values !== null;

/**
 * Shared axes that need a slider: more than one index, and not on screen as rows or columns of every panel.
 * @param {import('./types').Model} model
 * @param {import('./types').View} view
 */
export function sliderAxes(model, view) {
  return model.sizes
    .map((size, axis) => axis)
    .filter((axis) => model.sizes[axis] > 1 && axis !== view.rows && axis !== view.cols)
    .filter((axis) => axis < model.outputRank || model.panels.some((panel) => needsSlider(panel, axis, model, view)));
}

/**
 * @param {import('./types').Panel} panel
 * @param {number} axis
 * @param {import('./types').Model} model
 * @param {import('./types').View} view
 */
function needsSlider(panel, axis, model, view) {
  if (!panel.axes.includes(axis)) return false;
  const place = axesOnScreen(model, panel, view);
  return panel.axes[place.rows] !== axis && panel.axes[place.cols] !== axis;
}

/**
 * Which of a panel's own axes run down and across; -1 for none. An axis that the result lacks takes a free side.
 * @param {import('./types').Model} model
 * @param {import('./types').Panel} panel
 * @param {import('./types').View} view
 */
export function axesOnScreen(model, panel, view) {
  let rows = view.rows === null ? -1 : panel.axes.indexOf(view.rows);
  let cols = view.cols === null ? -1 : panel.axes.indexOf(view.cols);
  const own = panel.axes.map((shared, axis) => axis).filter((axis) => panel.axes[axis] >= model.outputRank);
  if (rows < 0 && own.length) rows = own.shift();
  if (cols < 0 && own.length) cols = own.shift();
  return { rows, cols };
}

/**
 * The axis whose slices the gallery shows: the last one with a slider that the result has.
 * @param {import('./types').Model} model
 * @param {import('./types').View} view
 */
export function channelAxis(model, view) {
  return (
    sliderAxes(model, view)
      .filter((axis) => axis < model.outputRank)
      .at(-1) ?? null
  );
}

/**
 * The channels in the chosen order; Python's orders are for the last axis of the result.
 * @param {import('./types').Model} model
 * @param {import('./types').View} view
 */
export function channelOrder(model, view) {
  const axis = channelAxis(model, view);
  if (axis === null) return [];
  const chosen = model.order.get(view.order);
  if (chosen && axis === model.outputRank - 1 && chosen.channels.length === model.sizes[axis]) return chosen.channels;
  return Array.from({ length: model.sizes[axis] }, (_, channel) => channel);
}
