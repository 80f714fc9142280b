// @ts-check
// The entry point: Streamlit calls `mount` first, with every change of the data, and with every change of theme.

import { buildParts, makeApp, stageChanged } from "./app.js";
import { packPainted } from "./brush.js";
import { readTable } from "./colour.js";
import { isPresenting, pixelOf } from "./dom.js";
import { makeModel, setValues } from "./model.js";
import { listenToKeys } from "./keyboard.js";
import { makePatterns } from "./paint.js";
import { listenToShortcuts } from "./shortcuts.js";
import { recompute, recomputeAll } from "./live.js";
import { listCells } from "./links.js";
import { report, startView } from "./state.js";
import { awaited, complete, missing, receive } from "./store.js";

const apps = new WeakMap(); // by element: the view outlives the calls
const latest = new WeakMap(); // by element: the last call

export default function mount({ data: given, parentElement, setStateValue }) {
  const begun = performance.now();
  const root = parentElement.querySelector(".tensor-view");
  const held = apps.get(parentElement);
  const send = (value) => setStateValue("selection", value);
  receive(given.meta, floatsOf(given), given.packed?.getChild("v").toArray());
  latest.set(parentElement, arguments[0]);
  const needed = awaited(given.meta);
  if (needed.length) return mountLater(arguments[0], needed);
  if (missing(given.meta).length) return askAgain(arguments[0]);
  const data = { ...given, meta: complete(given.meta) };
  const sent = JSON.stringify(data.meta);
  if (held && held.sent === sent)
    held.send = send; // another theme
  else if (held && sameFrame(held.meta, data.meta)) refill(held, data, sent, send);
  else apps.set(parentElement, build(root, data, sent, send, held));
  const now = apps.get(parentElement);
  readTheme(now.app);
  now.app.drawNow("all");
  performance.measure("tensor view", { start: begun }); // bench/tensor_view.py reads it
  return () => leaveAt(parentElement);
}

/** Draw when the tensors are here, unless Streamlit has called again by then. */
function mountLater(call, needed) {
  Promise.all(needed).then(() => latest.get(call.parentElement) === call && mount(call));
  return () => leaveAt(call.parentElement);
}

function leaveAt(parentElement) {
  latest.delete(parentElement);
  leave(apps.get(parentElement));
  apps.delete(parentElement);
}

/** Something was lost on the way. It is asked for after the mount, during which Streamlit loses what is sent. */
function askAgain(call) {
  askLater(call, 60);
  return () => leaveAt(call.parentElement);
}

/** Ask, unless Streamlit has called again by then, and once more after a longer pause: that may be lost as well. */
function askLater(call, pause) {
  setTimeout(() => {
    if (latest.get(call.parentElement) !== call) return;
    const digests = missing(call.data.meta);
    if (!digests.length) return mount(call); // another view has brought it
    call.setStateValue("missing", { digests, turn: performance.now() });
    askLater(call, 10 * pause);
  }, pause);
}

const NUMBERS = ["digest", "selection", "reels", "moves", "tensors", "made", "scene"]; // of meta, what may change while every element stays
/**
 * @param {import('./types').Meta} meta
 */
const frameOf = (meta) =>
  JSON.stringify({ ...meta, panels: meta.panels.map((panel) => ({ ...panel, digest: "" })) }, (key, value) =>
    NUMBERS.includes(key) ? undefined : value,
  );
const sameFrame = (before, after) => frameOf(before) === frameOf(after);

const floatsOf = (data) => (data.x ? data.x.getChild("v").toArray() : new Float32Array());

function build(root, data, sent, send, before) {
  if (before) leave(before);
  const model = makeModel(data.meta);
  if (model.computed) recomputeAll(model);
  const view = startView(model, wanted(data.meta, before));
  const tables = {
    sequential: readTable(data.meta.colours.sequential),
    diverging: readTable(data.meta.colours.diverging),
  };
  const held = { meta: data.meta, sent, send, painted: null, told: "" };
  held.app = makeApp(root, model, view, tables, () => tell(held));
  held.app.forgetPainted = () => {
    held.painted = null;
  };
  held.app.reels = before?.app.reels; // what the person has moved, and Python may not know yet
  buildParts(held.app);
  held.app.reels.takeIn(data.meta.moves ?? 0);
  held.app.tools.update();
  held.silence = listenToKeys(held.app);
  const presented = () => root.classList.toggle("presenting", isPresenting());
  /** @param {any} event */
  const near = ({ detail }) => root.classList.toggle("near", detail); // the pointer is near an edge of the window
  presented();
  const undo = (event) => {
    if (!event.defaultPrevented && held.app.brush.canUndo()) {
      event.preventDefault();
      held.app.brush.undo();
    }
  };
  const resized = () => {
    const { app } = held;
    presented();
    const same = Math.abs(Math.max(120, root.clientWidth) - app.width) <= 1 && app.height === window.innerHeight;
    if (same && !app.onStage) return;
    readTheme(app); // zooming changes the pixel ratio too
    if (stageChanged(app)) buildParts(app);
    app.redraw("all");
  };
  /** @param {FontFaceSetLoadEvent} event */
  const fontsLoaded = ({ fontfaces }) => {
    const { app } = held;
    const used = ({ family }) => app.theme?.codeFont.includes(family.replaceAll('"', ""));
    if (!fontfaces.some(used)) return;
    readTheme(app); // a canvas keeps the font that it was drawn with
    app.redraw("panels");
  };
  document.fonts.addEventListener("loadingdone", fontsLoaded);
  const watcher = new ResizeObserver(resized);
  watcher.observe(root);
  window.addEventListener("resize", resized);
  window.addEventListener("mergescope:present", resized);
  window.addEventListener("mergescope:near", near);
  window.addEventListener("mergescope:undo", undo);
  const quiet = data.meta.layout === "stage" ? listenToShortcuts(held.app) : () => {};
  held.unwatch = () => {
    watcher.disconnect();
    document.fonts.removeEventListener("loadingdone", fontsLoaded);
    window.removeEventListener("resize", resized);
    window.removeEventListener("mergescope:present", resized);
    window.removeEventListener("mergescope:near", near);
    window.removeEventListener("mergescope:undo", undo);
    quiet();
  };
  return held;
}

/**
 * New tensors keep the place that the person was at, unless Python asks for another.
 * @param {import('./types').Meta} meta
 */
function wanted(meta, before) {
  if (!before || JSON.stringify(meta.selection) !== JSON.stringify(before.meta.selection)) return meta.selection;
  const kept = report(before.app.model, before.app.view, null, null);
  const turned = before.meta.sizes.length === meta.sizes.length && before.meta.outputRank === meta.outputRank;
  return turned ? kept : { ...kept, axes: null, at: null, cell: null };
}

/**
 * Other numbers for the same panels: what was painted stays as long as what it was painted on does.
 * @param {import('./types').Held} held
 */
function refill(held, data, sent, send) {
  const { app } = held;
  const hasPaint = app.brush.canUndo() || app.brush.active(); // numbers may come while the brush is down
  const painted = app.model.panels.filter((panel) => panel.paintable && panel.values && hasPaint);
  const copies = painted.map((panel) => ({ panel, values: panel.values, digest: panel.digest }));
  const asked = JSON.stringify(held.meta.selection) !== JSON.stringify(data.meta.selection);
  Object.assign(held, { meta: data.meta, sent, send });
  data.meta.panels.forEach((panel, place) => {
    app.model.panels[place].digest = panel.digest;
  });
  app.model.reels = data.meta.reels;
  app.model.scene = data.meta.scene;
  setValues(app.model);
  if (app.model.computed) recomputeAll(app.model);
  app.reels.takeIn(data.meta.moves ?? 0);
  const kept = copies.filter(({ panel, digest }) => panel.digest === digest);
  for (const { panel, values } of kept) {
    panel.values = values;
    panel.version += 1;
    recompute(app.model, panel.number, listCells(panel.shape.map((size) => [0, size])));
  }
  if (!kept.length) {
    app.brush.drop();
    app.brush.forget();
    held.painted = null;
  }
  if (app.gallery) app.gallery.difference = null;
  if (asked) adopt(app, data.meta.selection);
}

/**
 * @param {import('./types').App} app
 * @param {import('./types').Selection} selection
 */
function adopt(app, selection) {
  const { rows, cols } = app.view;
  const { at, order, pinned, kind, range, ...axes } = startView(app.model, selection);
  const settled = kind === app.view.kind && range === app.view.range;
  Object.assign(app.view, { at, order, pinned, kind, range, rows: axes.rows, cols: axes.cols });
  if (axes.rows !== rows || axes.cols !== cols || !settled) buildParts(app);
}

/**
 * Tell Python, once for each thing that changed.
 * @param {import('./types').Held} held
 */
function tell(held) {
  const { app } = held;
  if (app.gone) return;
  const panel = app.model.panels.find(({ paintable, values }) => paintable && values);
  if (app.brush.canUndo() || held.painted) held.painted = panel ? packPainted(panel, app.turn) : null;
  const selection = { ...report(app.model, app.view, held.painted, held.meta.selection), ...app.reels.report() };
  const text = JSON.stringify(selection);
  if (text === held.told) return;
  held.told = text;
  held.send(selection);
}

/**
 * The view goes away, perhaps in the middle of a stroke.
 * @param {import('./types').Held} held
 */
function leave(held) {
  if (!held) return;
  const { app } = held;
  app.gone = true;
  app.brush.drop();
  app.player.stop(true);
  app.reels.stop(true);
  app.stopDrawing();
  held.silence();
  held.unwatch();
}

/**
 * @param {import('./types').App} app
 */
function readTheme(app) {
  const style = getComputedStyle(app.root);
  const ratio = Math.min(3, Math.max(1, window.devicePixelRatio || 1));
  const name = (variable, fallback) => style.getPropertyValue(variable).trim() || fallback;
  const background = name("--st-background-color", "#ffffff");
  app.theme = {
    number: (app.theme?.number ?? 0) + 1,
    ratio,
    background,
    ground: pixelOf(background),
    mark: name("--tv-mark", "#d4451d"),
    numbers: !app.model.scene,
    codeFont: name("--st-code-font", "monospace"),
    patterns: makePatterns(document.createElement("canvas").getContext("2d"), ratio),
  };
}
