// @ts-check
// From a value to a colour: ranges, look-up tables, and what is marked because no colour can show it.

import { isDrawable } from "./model.js";

export const NAN = 1; // not a number
export const ABOVE = 2; // +infinity
export const BELOW = 3; // -infinity
export const OVER = 4; // finite, past the upper end of the range
export const UNDER = 5; // finite, before the lower end

export const MIDDLE = 128; // the entry for zero in a diverging table, as core/colours.py

/** The 256 x 3 bytes that Python sent, as pixels. */
export function readTable(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const pixels = new Uint32Array(bytes.length / 3);
  for (let entry = 0; entry < pixels.length; entry++) {
    pixels[entry] = ((255 << 24) | (bytes[3 * entry + 2] << 16) | (bytes[3 * entry + 1] << 8) | bytes[3 * entry]) >>> 0;
  }
  return pixels;
}

/** Smallest and largest finite number; null where there is none. */
export function finiteRange(values) {
  let low = Infinity;
  let high = -Infinity;
  for (let place = 0; place < values.length; place++) {
    const value = values[place];
    if (value < low && value !== -Infinity) low = value;
    if (value > high && value !== Infinity) high = value;
  }
  return low <= high ? [low, high] : null;
}

/**
 * The range of a whole tensor; kept until new values come, so that colours hold still under the brush.
 * @param {import('./types').Panel} panel
 */
export function tensorRange(panel) {
  if (panel.range === null || panel.range === undefined) {
    const found = finiteRange(panel.values);
    const wider = [panel.paintable ? panel.paint : null, panel.limits].filter(Boolean);
    panel.range = found ? union([found, ...wider]) : [0, 1];
  }
  return panel.range;
}

const union = (ranges) => [Math.min(...ranges.map(([low]) => low)), Math.max(...ranges.map(([, high]) => high))];

/**
 * The range of a tensor together with the one that it is to be compared with.
 * @param {import('./types').Model} model
 * @param {import('./types').Panel} panel
 */
function comparedTensors(model, panel) {
  const other = model.panels[panel.like ?? -1];
  return other?.values ? union([tensorRange(panel), tensorRange(other)]) : tensorRange(panel);
}

/** A table for a bright room: dark colours, which a projector loses first, become lighter; zero keeps its place. */
export function brighter(table, middle = 0) {
  const lifted = new Uint32Array(table.length);
  for (let entry = 0; entry < table.length; entry++) {
    const reach = entry < middle ? middle : table.length - 1 - middle;
    const share = Math.sqrt(Math.abs(entry - middle) / reach);
    lifted[entry] = table[Math.round(middle + Math.sign(entry - middle) * share * reach)];
  }
  return lifted;
}

/**
 * The scale of a panel: from where to where, which table, and how to get from a value to an entry.
 * @param {import('./types').Model} model
 * @param {import('./types').View} view
 * @param {import('./types').Panel} panel
 * @param {import('./types').Tables} tables
 * @param {() => number[]} slice
 */
export function scaleOf(model, view, panel, tables, slice) {
  const own = comparedTensors(model, panel);
  const shared = () => union(model.panels.filter(isDrawable).map((one) => comparedTensors(model, one)));
  // What can be painted on keeps its range under the brush: one stroke must not change the colours of all other cells.
  const range = {
    channel: () => (panel.paintable || panel.limits ? own : (slice?.() ?? own)),
    tensor: () => own,
    shared,
    fixed: () => model.scale.limits,
  }[view.range]();
  // Which kind is settled by whole tensors: going through the channels must not swap the colours.
  const [low, high] = view.range === "shared" || view.range === "fixed" ? range : own;
  return makeScale(range, view.kind === "diverging" || (view.kind === "auto" && low < 0 && high > 0), tables);
}

export function makeScale(range, diverging, tables) {
  const [low, high] = range;
  if (diverging) {
    const most = Math.max(Math.abs(low), Math.abs(high)) || 1;
    return { low: -most, high: most, diverging, table: tables.diverging, factor: 127 / most, start: MIDDLE };
  }
  const [from, to] = low === high ? [low - 0.5, high + 0.5] : [low, high];
  return {
    low: from,
    high: to,
    diverging,
    table: tables.sequential,
    factor: 255 / (to - from),
    start: (-255 * from) / (to - from),
  };
}

/**
 * The entry of the table for a finite value.
 * @param {import('./types').ColourScale} scale
 */
export function entryOf(scale, value) {
  const place = Math.round(scale.start + value * scale.factor);
  return place < 0 ? 0 : place > 255 ? 255 : place;
}

/**
 * Which mark a value needs, or 0. A hair beyond the end from rounding is no clipping.
 * @param {import('./types').ColourScale} scale
 */
export function markOf(scale, value) {
  if (value !== value) return NAN;
  if (value === Infinity) return ABOVE;
  if (value === -Infinity) return BELOW;
  const slack = (scale.high - scale.low) * 1e-6;
  return value > scale.high + slack ? OVER : value < scale.low - slack ? UNDER : 0;
}

/** Black or white, whichever reads better on a pixel of the table. */
export function inkOn(pixel) {
  const part = (shift) => (((pixel >>> shift) & 255) / 255) ** 2.2;
  return 0.2126 * part(0) + 0.7152 * part(8) + 0.0722 * part(16) > 0.19 ? "#10151c" : "#ffffff";
}
