// All channels at once, in one canvas: a contact sheet.

import { makeScale, finiteRange, tensorRange, scaleOf } from "./colour.js";
import { element, sizeCanvas, switcher, chooser, makeScratch } from "./dom.js";
import { cellAt } from "./links.js";
import { slicePlan, tileGrid } from "./layout.js";
import { channelAxis, channelOrder, isDrawable, offsetOf } from "./model.js";
import { comparedRange, fillPixels, sliceOf } from "./paint.js";
import { fill } from "./numbers.js";
import { moveTo, followPin } from "./state.js";

/** The panels to compare: the last that has every channel, and the first other of the same shape. */
export function galleryPanels(model, view) {
  const axis = channelAxis(model, view);
  if (axis === null) return {};
  const full = model.panels.filter((panel) => isDrawable(panel) && model.sizes[axis] === panel.shape[panel.axes.indexOf(axis)]);
  const after = full.at(-1);
  const before = full.find((panel) => panel !== after && String(panel.shape) === String(after.shape) && String(panel.axes) === String(after.axes));
  return { axis, after, before };
}

/** Build the section; null where there is nothing to choose from. */
export function makeGallery(app) {
  const { model, view, words } = app;
  const { axis, after, before } = galleryPanels(model, view);
  if (!model.gallery || axis === undefined || !after) return null;
  if (!before) view.compare = "after";
  const canvas = element("canvas", { class: "sheet" });
  const frame = element("div", { class: "chosen", "aria-hidden": "true" });
  const hover = element("div", { class: "chosen faint", "aria-hidden": "true", hidden: true });
  const inner = element("div", { class: "inner" }, canvas, hover, frame);
  const scroll = element("div", {
    class: "scroll", tabindex: "0", role: "slider", "aria-label": words.gallery, "aria-valuemin": "1",
    "aria-valuemax": model.sizes[axis],
  }, inner); // prettier-ignore
  const tip = element("span", { class: "quiet tip" });
  const head = element("div", { class: "head" }, element("h3", {}, fill(axis === model.outputRank - 1 ? words.all_channels : words.all_slices, { count: model.sizes[axis] })), tip);
  const gallery = { axis, after, before, canvas, frame, hover, inner, scroll, tip, scratch: makeScratch(), grid: null, difference: null, top: 0, shown: 0 };
  head.append(element("span", { class: "push" }), ...choices(app, gallery));
  gallery.section = element("section", { class: "gallery", "aria-label": words.gallery }, head, scroll);
  listen(app, gallery);
  return gallery;
}

function choices(app, gallery) {
  const { model, view, words } = app;
  const made = [];
  if (gallery.before) {
    const options = ["before", "after", "difference"].map((name) => [name, words[name]]);
    made.push(switcher(words.compare, options, view.compare, (name) => { view.compare = name; app.redraw("gallery"); })); // prettier-ignore
  }
  if (gallery.axis === model.outputRank - 1 && model.order.size > 1) {
    const options = [...model.order.values()].map((order) => [order.name, order.title]);
    made.push(chooser(words.order, options, view.order, (name) => { view.order = name; app.redraw("all"); app.tell(); })); // prettier-ignore
  }
  return made;
}

function listen(app, gallery) {
  const { scroll } = gallery;
  const tileUnder = (event) => {
    const box = gallery.inner.getBoundingClientRect();
    const { grid } = gallery;
    const col = Math.floor((event.clientX - box.left) / (grid.width + grid.gap));
    const place = Math.floor((event.clientY - box.top) / (grid.height + grid.gap)) * grid.line + col;
    return col >= 0 && col < grid.line && place >= 0 && place < gallery.order.length ? place : null;
  };
  scroll.onscroll = () => {
    gallery.top = scroll.scrollTop;
    app.redraw("gallery");
  };
  scroll.onclick = (event) => {
    const place = tileUnder(event);
    if (place === null) return;
    moveTo(app.model, app.view, gallery.axis, gallery.order[place]);
    followPin(app.model, app.view);
    app.redraw("slice");
    app.tell();
  };
  scroll.onpointermove = (event) => {
    const place = tileUnder(event);
    gallery.hover.hidden = place === null;
    if (place === null) return;
    put(gallery.hover, place, gallery.grid);
    gallery.tip.textContent = fill(app.words.channel_at, { channel: gallery.order[place], place: place + 1, count: gallery.order.length });
  };
  scroll.onpointerleave = () => {
    gallery.hover.hidden = true;
    gallery.tip.textContent = "";
  };
}

function put(frame, place, grid) {
  frame.style.width = `${grid.width}px`;
  frame.style.height = `${grid.height}px`;
  frame.style.transform = `translate(${(place % grid.line) * (grid.width + grid.gap)}px, ${Math.floor(place / grid.line) * (grid.height + grid.gap)}px)`;
}

/** Move the frame to the chosen channel; nothing is painted again. */
export function frameChannel(app, gallery) {
  const channel = app.view.at[gallery.axis];
  const place = gallery.order.indexOf(channel);
  put(gallery.frame, place, gallery.grid);
  gallery.scroll.setAttribute("aria-valuenow", place + 1);
  gallery.scroll.setAttribute("aria-valuetext", fill(app.words.channel_at, { channel, place: place + 1, count: gallery.order.length }));
  keepInSight(gallery, Math.floor(place / gallery.grid.line) * (gallery.grid.height + gallery.grid.gap));
}

/** Scroll to a tile, if it is out of sight. Asking the browser how far it has scrolled would cost a layout each time. */
function keepInSight(gallery, top) {
  const { grid, shown, scroll } = gallery;
  const low = top + grid.height - shown;
  if (top >= gallery.top && low <= gallery.top) return;
  gallery.top = top < gallery.top ? top : low;
  scroll.scrollTop = gallery.top;
}

/** Paint the tiles that are in sight. */
export function paintGallery(app, gallery) {
  const { model, view, theme } = app;
  const plan = slicePlan(model, gallery.after, view);
  gallery.order = channelOrder(model, view);
  const grid = tileGrid({ count: gallery.order.length, rows: plan.rows, cols: plan.cols, width: app.width - 14, ratio: theme.ratio });
  gallery.grid = grid;
  const step = grid.height + grid.gap;
  const height = Math.min(grid.lines * step, 336);
  gallery.inner.style.height = `${grid.lines * step}px`;
  gallery.scroll.style.maxHeight = `${height}px`;
  gallery.shown = height;
  gallery.top = Math.max(0, Math.min(gallery.top, grid.lines * step - height));
  const { top } = gallery;
  gallery.canvas.style.top = `${top}px`;
  gallery.inner.style.width = `${grid.line * (grid.width + grid.gap) - grid.gap}px`;
  sizeCanvas(gallery.canvas, grid.line * (grid.width + grid.gap) - grid.gap, height, theme.ratio);
  const context = gallery.canvas.getContext("2d", { alpha: false }); // nothing shines through: cheaper to show
  context.fillStyle = theme.background;
  context.fillRect(0, 0, gallery.canvas.width, gallery.canvas.height);
  context.imageSmoothingEnabled = false;
  const first = Math.floor(top / step) * grid.line;
  const past = Math.min(gallery.order.length, Math.ceil((top + height) / step) * grid.line);
  paintTiles(app, gallery, plan, context, first, past, top);
  frameChannel(app, gallery);
}

function paintTiles(app, gallery, plan, context, first, past, top) {
  const { view, theme, model } = app;
  const { grid } = gallery;
  const panel = view.compare === "before" ? gallery.before : gallery.after;
  const [wide, high] = [Math.round(grid.width * theme.ratio), Math.round(grid.height * theme.ratio)];
  const slice = sliceOf(panel, plan, 0, high, wide);
  if (view.compare === "difference") slice.minus = gallery.before.values;
  const [tileCols, tileRows] = [slice.colAt.length, slice.rowAt.length];
  const image = gallery.scratch.imageFor(tileCols * grid.line, tileRows * Math.max(1, Math.ceil((past - first) / grid.line)));
  const steady = view.compare === "difference" ? differenceScale(app, gallery) : null;
  const index = cellAt(model, panel, view.at).index.slice();
  index[plan.rowAxis] = index[plan.colAxis] = 0;
  const own = panel.axes.indexOf(gallery.axis);
  for (let place = first; place < past; place++) {
    index[own] = gallery.order[place];
    slice.start = offsetOf(panel, index.slice(0, panel.shape.length));
    const scale = steady ?? scaleOf(model, view, panel, app.tables, () => comparedRange(model, panel, slice));
    const [line, col] = [Math.floor((place - first) / grid.line), (place - first) % grid.line];
    fillPixels(image.pixels, tileCols * grid.line, col * tileCols, line * tileRows, slice, scale);
  }
  image.put();
  for (let place = first; place < past; place++) {
    const [line, col] = [Math.floor(place / grid.line), place % grid.line];
    const x = Math.round(col * (grid.width + grid.gap) * theme.ratio);
    const y = Math.round((line * (grid.height + grid.gap) - top) * theme.ratio);
    const from = Math.floor((place - first) / grid.line) * tileRows;
    context.drawImage(image.canvas, col * tileCols, from, tileCols, tileRows, x, y, wide, high);
  }
}

/** Differences share one scale around zero: the largest change of any channel; it holds still under the brush. */
function differenceScale(app, gallery) {
  if (!gallery.difference) {
    const { before, after } = gallery;
    const changes = after.values.map((value, place) => value - before.values[place]);
    gallery.difference = finiteRange(changes) ?? tensorRange(after);
  }
  return makeScale(gallery.difference, true, app.tables);
}
