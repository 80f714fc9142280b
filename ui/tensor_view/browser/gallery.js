// @ts-check
// All channels at once as small pictures: a wall of tiles in one canvas, or one before and one after.

import { makeScale, finiteRange, tensorRange, scaleOf } from "./colour.js";
import { element, switcher, chooser, makeScratch } from "./dom.js";
import { cellAt } from "./links.js";
import { slicePlan, tileGrid, wallGrid } from "./layout.js";
import { channelAxis, channelOrder, isDrawable, offsetOf } from "./model.js";
import { comparedRange, fillPixels, nearest, sliceOf } from "./paint.js";
import { fill } from "./numbers.js";
import { moveTo, followPin } from "./state.js";

const SOLID = { alpha: false, willReadFrequently: true }; // nothing shines through; pixels are put, nothing is drawn

/**
 * The panels to compare: the last that has every channel, and the first other of the same shape.
 * @param {import('./types').Model} model
 * @param {import('./types').View} view
 * @returns {{ axis?: number, after?: import('./types').Panel, before?: import('./types').Panel }}
 */
export function galleryPanels(model, view) {
  const axis = channelAxis(model, view);
  if (axis === null) return {};
  const full = model.panels.filter(
    (panel) => isDrawable(panel) && model.sizes[axis] === panel.shape[panel.axes.indexOf(axis)],
  );
  const after = full.at(-1);
  const before = full.find(
    (panel) =>
      panel !== after && String(panel.shape) === String(after.shape) && String(panel.axes) === String(after.axes),
  );
  return { axis, after, before };
}

/**
 * Build the section; null where there is nothing to choose from.
 * @param {import('./types').App} app
 */
export function makeGallery(app) {
  const { model, view, words } = app;
  const found = galleryPanels(model, view);
  if (!model.gallery || found.axis === undefined || !found.after) return null;
  if (!found.before) view.compare = "after";
  const gallery = /** @type {import('./types').Gallery} */ ({ ...found, difference: null, order: [] });
  const wall = makeWall(app, gallery, () => view.compare);
  gallery.walls = [wall];
  const head = element("div", { class: "head" }, element("h3", {}, wallTitle(app, gallery)), wall.tip);
  head.append(element("span", { class: "push" }), ...choices(app, gallery));
  gallery.section = element("section", { class: "gallery", "aria-label": words.gallery }, head, wall.scroll);
  return gallery;
}

/**
 * The channels before and after, side by side: two walls under one order; one wall where nothing is before.
 * @param {import('./types').App} app
 */
export function makeWalls(app) {
  const { model, view, words } = app;
  const found = galleryPanels(model, view);
  if (!model.gallery || found.axis === undefined || !found.after) return null;
  const gallery = /** @type {import('./types').Gallery} */ ({ ...found, difference: null, order: [] });
  const title = (text, ...more) => element("div", { class: "head" }, element("h3", {}, text), ...more);
  if (!found.before) {
    const wall = makeWall(app, gallery, () => "after");
    const head = title(wallTitle(app, gallery), wall.tip, element("span", { class: "push" }), orderMenu(app, gallery));
    gallery.walls = [wall];
    gallery.section = element(
      "section",
      { class: "walls", "aria-label": words.gallery },
      element("div", { class: "wall" }, head, wall.scroll),
    );
    return gallery;
  }
  gallery.walls = ["before", "after"].map((compare) =>
    makeWall(app, gallery, () => (app.flicker ? OTHER[compare] : compare)),
  );
  const [before, after] = gallery.walls;
  gallery.section = element(
    "section",
    { class: "walls", "aria-label": words.gallery },
    element("div", { class: "wall" }, title(`${wallTitle(app, gallery)} · ${words.before}`, before.tip), before.scroll),
    element(
      "div",
      { class: "wall" },
      title(words.after, after.tip, element("span", { class: "push" }), orderMenu(app, gallery)),
      after.scroll,
    ),
  );
  return gallery;
}

const OTHER = { before: "after", after: "before" };

const wallTitle = ({ model, words }, { axis }) =>
  fill(axis === model.outputRank - 1 ? words.all_channels : words.all_slices, { count: model.sizes[axis] });

/**
 * One picture of all channels; `compare` says whether it shows them before, after, or the difference.
 * @param {import('./types').App} app
 * @param {import('./types').Gallery} gallery
 */
function makeWall(app, gallery, compare) {
  const { model, words } = app;
  const scratch = makeScratch(SOLID);
  const canvas = scratch.canvas;
  canvas.className = "sheet";
  const frame = element("div", { class: "chosen", "aria-hidden": "true" });
  const hover = element("div", { class: "chosen faint", "aria-hidden": "true", hidden: true });
  const inner = element("div", { class: "inner" }, canvas, hover, frame);
  const scroll = element(
    "div",
    {
      class: "scroll",
      tabindex: "0",
      role: "slider",
      "aria-label": words.gallery,
      "aria-valuemin": "1",
      "aria-valuemax": model.sizes[gallery.axis],
    },
    inner,
  );
  const tip = element("span", { class: "quiet tip" });
  const wall = { compare, canvas, scratch, frame, hover, inner, scroll, tip, grid: null, top: 0, shown: 0 };
  listen(app, gallery, wall);
  return wall;
}

/**
 * @param {import('./types').App} app
 * @param {import('./types').Gallery} gallery
 */
function choices(app, gallery) {
  const { model, view, words } = app;
  const made = [];
  if (gallery.before) {
    const options = ["before", "after", "difference"].map((name) => [name, words[name]]);
    made.push(
      switcher(words.compare, options, view.compare, (name) => {
        view.compare = name;
        app.redraw("gallery");
      }),
    );
  }
  const menu = orderMenu(app, gallery);
  if (menu) made.push(menu);
  return made;
}

/**
 * The orders of the channels; null where there is one.
 * @param {import('./types').App} app
 * @param {import('./types').Gallery} gallery
 */
function orderMenu(app, gallery) {
  const { model, view, words } = app;
  if (gallery.axis !== model.outputRank - 1 || model.order.size < 2) return null;
  const options = [...model.order.values()].map((order) => [order.name, order.title]);
  return chooser(words.order, options, view.order, (name) => {
    view.order = name;
    app.redraw("all");
    app.tell();
  });
}

/**
 * @param {import('./types').App} app
 * @param {import('./types').Gallery} gallery
 * @param {import('./types').Wall} wall
 */
function listen(app, gallery, wall) {
  const { scroll } = wall;
  const tileUnder = (event) => {
    const box = wall.inner.getBoundingClientRect();
    const { grid } = wall;
    const col = Math.floor((event.clientX - box.left) / (grid.width + grid.gap));
    const place = Math.floor((event.clientY - box.top) / (grid.height + grid.gap)) * grid.line + col;
    return col >= 0 && col < grid.line && place >= 0 && place < gallery.order.length ? place : null;
  };
  scroll.onscroll = () => {
    wall.top = scroll.scrollTop;
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
    wall.hover.hidden = place === null;
    if (place === null) return;
    put(wall.hover, place, wall.grid);
    wall.tip.textContent = fill(app.words.channel_at, {
      channel: gallery.order[place],
      place: place + 1,
      count: gallery.order.length,
    });
  };
  scroll.onpointerleave = () => {
    wall.hover.hidden = true;
    wall.tip.textContent = "";
  };
}

/**
 * @param {import('./types').Grid} grid
 */
function put(frame, place, grid) {
  frame.style.width = `${grid.width}px`;
  frame.style.height = `${grid.height}px`;
  frame.style.transform = `translate(${(place % grid.line) * (grid.width + grid.gap)}px, ${Math.floor(place / grid.line) * (grid.height + grid.gap)}px)`;
}

/**
 * Move the frames to the chosen channel; nothing is painted again.
 * @param {import('./types').App} app
 * @param {import('./types').Gallery} gallery
 */
export function frameChannel(app, gallery) {
  const channel = app.view.at[gallery.axis];
  const place = gallery.order.indexOf(channel);
  const text = fill(app.words.channel_at, { channel, place: place + 1, count: gallery.order.length });
  for (const wall of gallery.walls) {
    put(wall.frame, place, wall.grid);
    wall.scroll.setAttribute("aria-valuenow", String(place + 1));
    wall.scroll.setAttribute("aria-valuetext", text);
    keepInSight(wall, Math.floor(place / wall.grid.line) * (wall.grid.height + wall.grid.gap));
  }
}

/**
 * Scroll to a tile, if it is out of sight. Asking the browser how far it has scrolled would cost a layout each time.
 * @param {import('./types').Wall} wall
 */
function keepInSight(wall, top) {
  const { grid, shown, scroll } = wall;
  const low = top + grid.height - shown;
  if (top >= wall.top && low <= wall.top) return;
  wall.top = top < wall.top ? top : low;
  scroll.scrollTop = wall.top;
}

/**
 * Paint the tiles that are in sight.
 * @param {import('./types').App} app
 * @param {import('./types').Gallery} gallery
 */
export function paintGallery(app, gallery) {
  const { model, view, theme } = app;
  const plan = slicePlan(model, gallery.after, view);
  gallery.order = channelOrder(model, view);
  const count = gallery.order.length;
  const grid = app.stage
    ? wallGrid({ count, rows: plan.rows, cols: plan.cols, ...app.stage.wall, ratio: theme.ratio })
    : tileGrid({ count, rows: plan.rows, cols: plan.cols, width: app.width - 14, ratio: theme.ratio });
  for (const wall of gallery.walls) paintWall(app, gallery, wall, plan, grid);
  frameChannel(app, gallery);
}

/**
 * @param {import('./types').App} app
 * @param {import('./types').Gallery} gallery
 * @param {import('./types').Wall} wall
 * @param {import('./types').Plan} plan
 * @param {import('./types').Grid} grid
 */
function paintWall(app, gallery, wall, plan, grid) {
  wall.grid = grid;
  const step = grid.height + grid.gap;
  wall.shown = app.stage ? grid.lines * step : Math.min(grid.lines * step, 336);
  wall.inner.style.width = `${grid.line * (grid.width + grid.gap) - grid.gap}px`;
  wall.inner.style.height = `${grid.lines * step - (app.stage ? grid.gap : 0)}px`;
  wall.scroll.style.maxHeight = `${wall.shown}px`;
  wall.top = Math.max(0, Math.min(wall.top, grid.lines * step - wall.shown));
  const line = Math.floor(wall.top / step); // the first in sight
  const lines = Math.min(grid.lines, Math.ceil((wall.top + wall.shown) / step)) - line;
  wall.canvas.style.top = `${line * step}px`;
  paintTiles(app, gallery, wall, plan, line * grid.line, lines);
}

/**
 * Whole lines of tiles, dot by dot into one image: hundreds of small pictures, each drawn larger, cost far more.
 * @param {import('./types').App} app
 * @param {import('./types').Gallery} gallery
 * @param {import('./types').Wall} wall
 * @param {import('./types').Plan} plan
 */
function paintTiles(app, gallery, wall, plan, first, lines) {
  const { view, model } = app;
  const { line, dots } = wall.grid;
  const compare = wall.compare();
  const panel = compare === "before" ? gallery.before : gallery.after;
  const slice = {
    ...sliceOf(panel, plan, 0, dots.rows, dots.cols),
    rowAt: nearest(plan.rows, dots.rows),
    colAt: nearest(plan.cols, dots.cols),
  };
  if (compare === "difference") slice.minus = gallery.before.values;
  const steady = compare === "difference" ? differenceScale(app, gallery) : null;
  const sheet = sheetFor(app, wall, lines);
  const index = cellAt(model, panel, view.at).index.slice();
  index[plan.rowAxis] = index[plan.colAxis] = 0;
  const own = panel.axes.indexOf(gallery.axis);
  for (let place = first; place < Math.min(gallery.order.length, first + line * lines); place++) {
    index[own] = gallery.order[place];
    slice.start = offsetOf(panel, index.slice(0, panel.shape.length));
    const scale = steady ?? scaleOf(model, view, panel, app.tables, () => comparedRange(model, panel, slice));
    const [down, across] = [Math.floor((place - first) / line), (place - first) % line];
    fillPixels(sheet.pixels, sheet.width, across * (dots.cols + dots.gap), down * (dots.rows + dots.gap), slice, scale);
  }
  sheet.put();
}

/** Room for so many lines; the browser draws it larger, a dot as a square. */
function sheetFor({ theme }, { canvas, scratch, grid }, lines) {
  const { line, dot, dots } = grid;
  const sheet = scratch.imageFor(line * (dots.cols + dots.gap) - dots.gap, lines * (dots.rows + dots.gap));
  canvas.style.width = `${sheet.width * dot}px`;
  canvas.style.height = `${sheet.height * dot}px`;
  sheet.pixels.fill(theme.ground);
  return sheet;
}

/**
 * Differences share one scale around zero: the largest change of any channel; it holds still under the brush.
 * @param {import('./types').App} app
 * @param {import('./types').Gallery} gallery
 */
function differenceScale(app, gallery) {
  if (!gallery.difference) {
    const { before, after } = gallery;
    const changes = after.values.map((value, place) => value - before.values[place]);
    gallery.difference = finiteRange(changes) ?? tensorRange(after);
  }
  return makeScale(gallery.difference, true, app.tables);
}
