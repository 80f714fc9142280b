// One tensor view on the page: its state, its parts, and what has to be drawn again when something changes.

import { makeBrush } from "./brush.js";
import { makeSettings, makeSliders, makeTools } from "./controls.js";
import { element, sizeCanvas } from "./dom.js";
import { frameChannel, galleryPanels, makeGallery, paintGallery } from "./gallery.js";
import { arrange, panelBox, slicePlan } from "./layout.js";
import { boxOfMark, framesIn, markAt, paintFrames, placeOf } from "./marks.js";
import { channelAxis, isDrawable } from "./model.js";
import { makePanel, paintPanel, sizePanel } from "./panel.js";
import { makePlayer } from "./player.js";
import { makeReels } from "./reels.js";
import { listenToPointer } from "./pointer.js";
import { followPin } from "./state.js";
import { fillTable, makeTable } from "./table.js";
import { makeText, writeText } from "./text.js";

// What each kind of change asks for. The order is the order of drawing.
const STEPS = {
  all: ["size", "panels", "marks", "controls", "gallery", "text", "table"],
  values: ["panels", "marks", "gallery", "controls", "text", "table"],
  slice: ["panels", "marks", "frame", "controls", "text", "table"],
  marks: ["marks", "text"],
};

export function makeApp(root, model, view, tables, tell) {
  const app = { root, model, view, tables, tell, words: model.words, theme: null, width: 0 };
  app.player = makePlayer(app);
  app.brush = makeBrush(app);
  addDrawing(app);
  addPointing(app);
  app.canStep = () => channelAxis(app.model, view) !== null;
  app.stepped = () => { app.redraw("slice"); app.later(); }; // prettier-ignore
  app.turned = () => {
    [view.pinned, view.pointed] = [null, null];
    app.player.stop(true);
    buildParts(app);
    app.drawNow("all");
    app.tell();
  };
  return app;
}

/** Build all elements. Only done for new tensors or other axes; everything else draws into what is there. */
export function buildParts(app) {
  const { model, words, root } = app;
  const open = new Set([...root.querySelectorAll("details[open]")].map((details) => details.className));
  app.parts = model.panels.map((panel) => makePanel(app, panel));
  app.drawn = app.parts.filter(({ panel }) => isDrawable(panel));
  app.drawn.forEach((part) => { part.plan = slicePlan(model, part.panel, app.view); }); // prettier-ignore
  app.drawn.forEach((part) => listenToPointer(app, part));
  app.breaks = app.parts.map(() => element("div", { class: "break", hidden: true }));
  app.signs = app.parts.map(({ panel: { symbol } }) => (symbol ? element("div", { class: symbol.length > 1 ? "sign word" : symbol === "·" ? "sign dot" : "sign" }, symbol) : null));
  const units = app.parts.flatMap((part, place) => [
    app.breaks[place], element("div", { class: "unit" }, app.signs[place], part.root),
  ]); // prettier-ignore
  app.reels = makeReels(app, app.reels);
  app.sliders = makeSliders(app);
  app.tools = makeTools(app);
  app.gallery = makeGallery(app);
  app.text = makeText(app);
  app.table = makeTable(app);
  app.panels = element("div", { class: "panels" }, ...units);
  const feet = element("div", { class: "feet" }, makeSettings(app), app.table.root);
  const hint = element("p", { id: "hint", class: "unseen" }, words.keys);
  const all = [app.reels.root, app.sliders.root, app.tools.root, app.panels, app.text.root, app.gallery?.section, feet, hint, app.text.live];
  root.replaceChildren(...all.filter(Boolean));
  for (const details of root.querySelectorAll("details")) details.open = open.has(details.className);
}

function addDrawing(app) {
  const draw = {
    size: () => sizeAll(app),
    panels: () => app.drawn.forEach((part) => paintPanel(app, part)),
    marks: () => paintMarked(app),
    controls: () => { app.sliders.sliders.forEach(({ update }) => update()); app.reels.update(); app.tools.update(); }, // prettier-ignore
    gallery: () => { if (app.gallery) paintGallery(app, app.gallery); }, // prettier-ignore
    frame: () => { if (app.gallery) frameChannel(app, app.gallery); }, // prettier-ignore
    text: () => writeText(app),
    table: () => fillTable(app, app.table),
  }; // prettier-ignore
  const waiting = new Set();
  let frame = 0;
  const flush = () => {
    frame = 0;
    for (const name of Object.keys(draw)) if (waiting.delete(name)) draw[name]();
  };
  app.redraw = (what) => {
    for (const name of STEPS[what] ?? [what]) waiting.add(name);
    frame ||= requestAnimationFrame(flush); // many changes, one picture
  };
  app.drawNow = (what) => {
    for (const name of STEPS[what] ?? [what]) waiting.add(name);
    cancelAnimationFrame(frame);
    flush();
  };
  app.stopDrawing = () => { cancelAnimationFrame(frame); clearTimeout(app.text.waiting); }; // prettier-ignore
}

function sizeAll(app) {
  const plans = app.parts.map((part) => (isDrawable(part.panel) ? slicePlan(app.model, part.panel, app.view) : null));
  app.width = Math.max(120, app.root.clientWidth);
  const { line, cell } = arrange(plans, app.width);
  app.drawn.forEach((part) => sizePanel(app, part, cell));
  app.breaks.forEach((item, place) => { item.hidden = place === 0 || place % line !== 0; }); // prettier-ignore
  app.panels.classList.toggle("piled", line === 1 && app.parts.length > 1);
  const heights = plans.map((plan) => (plan ? panelBox(plan, cell).height : 60));
  app.signs.forEach((sign, place) => sign?.style.setProperty("--height", `${Math.min(...heights.slice(Math.max(0, place - 1), place + 1))}px`));
}

function paintMarked(app) {
  const { model, view, theme } = app;
  const frames = app.drawn.map(() => []);
  const add = (mark, kind, alone) => {
    const box = boxOfMark(model, view, mark, app.parts[mark.panel].plan);
    app.drawn.forEach((part, place) => {
      const own = part.panel.number === mark.panel;
      const frame = own || !alone ? framesIn(model, view, part.panel, part.plan, box) : null;
      if (frame) frames[place].push({ frame, kind: own ? kind : "linked" });
    });
  };
  if (view.pinned) add(view.pinned, "pinned", view.pointed !== null);
  if (view.pointed) add(view.pointed, "pointed", false);
  app.drawn.forEach((part, place) => {
    const framed = JSON.stringify([frames[place], part.over.width, part.over.height, theme.mark]);
    if (part.framed === framed) return; // a canvas that is not touched costs nothing
    part.framed = framed;
    paintFrames(part.over, part.plan, frames[place], theme);
  });
}

function addPointing(app) {
  const { view } = app;
  const same = (a, b) => a !== null && a.panel === b.panel && String(a.at) === String(b.at);
  app.pointAt = (part, row, col) => {
    const mark = markAt(app.model, view, part.panel, part.plan, row, col);
    if (same(view.pointed, mark)) return;
    view.pointed = mark;
    app.redraw("marks");
  };
  app.pointAway = () => { if (view.pointed) { view.pointed = null; app.redraw("marks"); } }; // prettier-ignore
  app.pin = (part, row, col) => {
    const mark = markAt(app.model, view, part.panel, part.plan, row, col);
    view.pinned = same(view.pinned, mark) ? null : mark; // a second click lets go
    app.redraw("marks");
    app.tell();
  };
  app.unpin = () => {
    if (view.pinned === null) return;
    view.pinned = null;
    app.redraw("marks");
    app.tell();
  };
  app.cursorOf = (part) => {
    const mark = [view.pointed, view.pinned].find((one) => one?.panel === part.panel.number);
    return mark ? placeOf(app.model, view, part.panel, part.plan, mark) : { row: 0, col: 0 };
  };
}
