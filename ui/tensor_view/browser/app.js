// @ts-check
// One tensor view on the page: its state, its parts, and what has to be drawn again when something changes.

import { makeBrush } from "./brush.js";
import { makeSettings, makeSliders, makeTools } from "./controls.js";
import { element, isPresenting } from "./dom.js";
import { frameChannel, makeGallery, paintGallery } from "./gallery.js";
import { arrange, limitsIn, panelBox, slicePlan, stageSizes } from "./layout.js";
import { boxOfMark, framesIn, markAt, paintFrames, placeOf } from "./marks.js";
import { channelAxis, isDrawable } from "./model.js";
import { makePanel, paintPanel, sizePanel } from "./panel.js";
import { makePlayer } from "./player.js";
import { makeReels } from "./reels.js";
import { listenToPointer } from "./pointer.js";
import { paintContours } from "./scene.js";
import { brighter, MIDDLE } from "./colour.js";
import { makeStrip, paintStrip, sizeStrip } from "./strip.js";
import { makeSwitches } from "./switches.js";
import { fillTable, makeTable } from "./table.js";
import { makeText, writeText } from "./text.js";

// What each kind of change asks for. The order is the order of drawing.
const STEPS = {
  all: ["size", "panels", "marks", "controls", "gallery", "strip", "text", "table"],
  values: ["panels", "marks", "gallery", "strip", "controls", "text", "table"],
  slice: ["panels", "marks", "frame", "controls", "text", "table"],
  marks: ["marks", "text"],
};
// Every value changes, again and again: what a person looks at first, and in a frame of its own the rest.
const MOVING = { first: ["panels", "marks", "controls", "text"], rest: ["gallery", "strip", "table"] };

/**
 * @param {import('./types').Model} model
 * @param {import('./types').View} view
 * @param {import('./types').Tables} tables
 */
export function makeApp(root, model, view, tables, tell) {
  const app = /** @type {import('./types').App} */ ({
    root,
    model,
    view,
    tell,
    words: model.words,
    theme: null,
    width: 0,
    flicker: false,
    turn: 0,
  });
  const bright = { sequential: brighter(tables.sequential), diverging: brighter(tables.diverging, MIDDLE) };
  app.useTables = () => {
    app.tables = view.bright ? bright : tables;
  };
  app.useTables();
  app.player = makePlayer(app);
  app.brush = makeBrush(app);
  addDrawing(app);
  addPointing(app);
  addStage(app);
  app.canStep = () => channelAxis(app.model, view) !== null;
  app.stepped = () => {
    app.redraw("slice");
    app.later();
  };
  app.turned = () => {
    [view.pinned, view.pointed] = [null, null];
    app.player.stop(true);
    buildParts(app);
    app.drawNow("all");
    app.tell();
  };
  return app;
}

/**
 * Build all elements. Only done for new tensors or other axes; everything else draws into what is there.
 * @param {import('./types').App} app
 */
export function buildParts(app) {
  const { model, words, root } = app;
  const open = new Set([...root.querySelectorAll("details[open]")].map((details) => details.className));
  app.parts = model.panels.map((panel) => makePanel(app, panel));
  app.drawn = app.parts.filter(({ panel }) => isDrawable(panel));
  app.drawn.forEach((part) => {
    part.plan = slicePlan(model, part.panel, app.view);
  });
  app.drawn.forEach((part) => listenToPointer(app, part));
  app.onStage = fitsStage(app);
  app.breaks = app.parts.map(() => element("div", { class: "break", hidden: true }));
  app.signs = app.parts.map(({ panel: { symbol } }, place) =>
    symbol || (app.onStage && place) // on the stage it keeps the panels apart
      ? element("div", { class: symbol.length > 1 ? "sign word" : symbol === "·" ? "sign dot" : "sign" }, symbol)
      : null,
  );
  const units = app.parts.flatMap((part, place) => [
    app.breaks[place],
    element("div", { class: "unit" }, app.signs[place], part.root),
  ]);
  if (app.onStage && typeof model.panels.at(-1).like === "number") holdToFlicker(app);
  root.classList.toggle("stage", app.onStage);
  app.reels = makeReels(app, app.reels);
  app.sliders = makeSliders(app);
  app.tools = makeTools(app);
  app.strip = app.onStage ? makeStrip(app) : null;
  if (!app.onStage) [app.stage, app.gallery] = [null, makeGallery(app)];
  app.switches = makeSwitches(app);
  app.text = makeText(app);
  app.table = makeTable(app);
  app.panels = element("div", { class: "panels" }, ...units);
  app.controls = element(
    "div",
    { class: "controls" },
    app.sliders.root,
    app.reels.root,
    app.tools.root,
    app.switches.root,
  );
  const feet = element("div", { class: "feet" }, makeSettings(app), app.table.root);
  const hint = element("p", { id: "hint", class: "unseen" }, words.keys);
  const parts = app.onStage
    ? [app.panels, app.text.root, app.strip?.root, app.controls, feet]
    : [app.controls, app.panels, app.text.root, app.gallery?.section, feet];
  root.replaceChildren(...[...parts, hint, app.text.live].filter(Boolean));
  for (const details of root.querySelectorAll("details")) details.open = open.has(details.className);
}

/**
 * Features and product are in each other's panel while the pointer holds the sign between them.
 * @param {import('./types').App} app
 */
function holdToFlicker(app) {
  const sign = app.signs.at(-1);
  if (!sign?.textContent) return;
  sign.classList.add("hold");
  sign.title = app.words.flicker;
  sign.onpointerdown = (event) => {
    event.preventDefault(); // no text is selected
    app.setFlicker(true);
  };
  sign.onpointerup = sign.onpointerleave = sign.onpointercancel = () => app.setFlicker(false);
}

/**
 * @param {import('./types').App} app
 */
function addDrawing(app) {
  const draw = {
    size: () => sizeAll(app),
    panels: () => app.drawn.forEach((part) => paintPanel(app, part)),
    marks: () => paintMarked(app),
    controls: () => {
      app.sliders.sliders.forEach(({ update }) => update());
      app.reels.update();
      app.tools.update();
    },
    gallery: () => {
      if (app.gallery) paintGallery(app, app.gallery);
    },
    strip: () => paintStrip(app),
    frame: () => {
      if (app.gallery) frameChannel(app, app.gallery);
    },
    text: () => writeText(app),
    table: () => fillTable(app, app.table),
  };
  const [waiting, rest] = [new Set(), new Set()];
  let [frame, turn] = [0, waiting];
  const drawAll = (names) => {
    for (const name of Object.keys(draw)) {
      if (!names.delete(name)) continue;
      if (names === waiting) rest.delete(name);
      draw[name]();
    }
  };
  const flush = () => {
    frame = 0;
    drawAll(turn);
    turn = turn === waiting && rest.size ? rest : waiting; // in turn, however fast the changes come
    if (waiting.size || rest.size) frame ||= requestAnimationFrame(flush);
  };
  app.redraw = (what) => {
    for (const name of STEPS[what] ?? [what]) waiting.add(name);
    frame ||= requestAnimationFrame(flush); // many changes, one picture
  };
  app.redrawMoving = () => {
    for (const name of MOVING.first) waiting.add(name);
    for (const name of MOVING.rest) rest.add(name);
    frame ||= requestAnimationFrame(flush);
  };
  app.drawNow = (what) => {
    for (const name of [...(STEPS[what] ?? [what]), ...rest]) waiting.add(name);
    cancelAnimationFrame(frame);
    turn = waiting;
    flush();
  };
  app.stopDrawing = () => {
    cancelAnimationFrame(frame);
    clearTimeout(app.text.waiting);
  };
}

/**
 * @param {import('./types').App} app
 */
function sizeAll(app) {
  const plans = app.parts.map((part) => (isDrawable(part.panel) ? slicePlan(app.model, part.panel, app.view) : null));
  app.width = Math.max(120, app.root.clientWidth);
  app.height = window.innerHeight;
  if (app.onStage) return sizeForStage(app, plans);
  const limits = limitsIn(app.height, app.model.share);
  if (isPresenting()) limits.tallest = Math.min(limits.tallest, roomOfRow(app, arrange(plans, app.width, limits).line));
  const { line, cell } = arrange(plans, app.width, limits);
  app.drawn.forEach((part) => sizePanel(app, part, cell));
  app.breaks.forEach((item, place) => {
    item.hidden = place === 0 || place % line !== 0;
  });
  app.panels.classList.toggle("piled", line === 1 && app.parts.length > 1);
  const heights = plans.map((plan) => (plan ? panelBox(plan, cell).height : 60));
  app.signs.forEach((sign, place) =>
    sign?.style.setProperty("--height", `${Math.min(...heights.slice(Math.max(0, place - 1), place + 1))}px`),
  );
}

/** How tall a panel may be while presenting, so that all rows of panels and the calculation fit into the window. */
function roomOfRow({ root, panels, parts, drawn, height }, line) {
  const rows = Math.ceil(parts.length / line);
  const tall = (element) => element.getBoundingClientRect().height;
  const heads = drawn.length ? tall(drawn[0].root) - tall(drawn[0].stack) : 0;
  const others = tall(root) - tall(panels);
  const room = height - root.getBoundingClientRect().top - scrolled(root) - others - 12;
  return Math.max(LEAST_ROW, room / rows - heads - (rows > 1 ? 24 : 0));
}

const LEAST_ROW = 90; // px
const TIGHT = 800; // px; on a narrower stage the calculation has the line for itself
const CROWDED = 330; // px; above a narrower panel the title is cut and the shape is left out
const FOOT = ".st-key-story_foot"; // a bar of the page that stays at the lower edge of the window
const STAGE_WIDTH = 560; // px; on a narrower screen the panels are one below the other
const HEADS = 24; // px of the line above the panels, and of the one above the walls
const GAPS = 32; // px between the rows, and for the sheets behind a stretched panel
const GAP = 12; // px more where the controls have a row of their own

/** Whether the view is laid out as a stage: where the page asks for it, every panel can be drawn, and there is room. */
const fitsStage = ({ model, root, parts, drawn }) =>
  model.layout === "stage" && drawn.length === parts.length && root.clientWidth >= STAGE_WIDTH;

/**
 * Whether the view has to be built anew, since the window has become wide enough for a stage or too narrow.
 * @param {import('./types').App} app
 */
export const stageChanged = (app) => app.onStage !== fitsStage(app);

/**
 * @param {import('./types').App} app
 * @param {import('./types').Plan[]} plans
 */
function sizeForStage(app, plans) {
  const { root, parts } = app;
  const top = root.getBoundingClientRect().top + scrolled(root);
  const presenting = isPresenting();
  const controls = presenting ? 0 : app.controls.offsetHeight + GAP; // while presenting they lie over the rest
  const taken = 2 * HEADS + app.text.root.offsetHeight + controls + GAPS;
  const pictures = app.strip ? (app.strip.scan ? 2 : 0) : null;
  const foot = document.querySelector(FOOT)?.getBoundingClientRect().height ?? 0;
  const below = foot + (presenting ? 0 : app.model.below); // what the page draws below in the same window
  root.style.setProperty("--foot", `${foot}px`);
  const notes = app.strip?.notes?.offsetHeight ?? 0;
  app.stage = stageSizes({
    width: app.width - 12,
    height: app.height - top - 14 - below,
    window: app.height,
    taken,
    plans,
    pictures,
    notes,
  });
  if (app.gallery?.walls.length === 1) {
    app.stage.wall.width = 2 * app.stage.wall.width + 16;
    app.stage.wall.height -= GAP;
  }
  const narrowest = Math.min(...plans.map((plan) => panelBox(plan, app.stage.cell).width));
  root.classList.toggle("tight", app.width < TIGHT);
  root.classList.toggle("crowded", app.width < TIGHT || narrowest < CROWDED);
  if (app.wallAlone)
    app.stage.wall = { width: window.innerWidth - 48, height: (window.innerHeight - 120) / 2, line: 32 };
  parts.forEach((part) => sizePanel(app, part, null));
  app.breaks.forEach((item) => {
    item.hidden = true;
  });
  app.signs.forEach((sign) => {
    sign?.style.setProperty("--height", `${app.stage.height}px`);
    sign?.style.setProperty("--wide", `${app.stage.sign}px`);
  });
  if (app.strip) sizeStrip(app);
}

/** How far what holds the view has been scrolled. */
function scrolled(root) {
  const holder = root.getRootNode().host?.closest("[data-testid=stMain]");
  return holder ? holder.scrollTop : window.scrollY;
}

/**
 * What only a stage does: features and product in each other's panel, and the wall alone.
 * @param {import('./types').App} app
 */
function addStage(app) {
  app.setFlicker = (on) => {
    if (app.flicker === on) return;
    app.flicker = on;
    app.redraw("values");
  };
  app.showWall = () => {
    if (!app.gallery || !app.strip || app.wallAlone) return;
    const { section } = app.gallery;
    const dialog = element(
      "dialog",
      { class: "alone", "aria-label": app.words.gallery, tabindex: "-1", autofocus: true },
      section,
    );
    dialog.onclose = () => {
      app.wallAlone = false;
      app.strip.left.prepend(section);
      dialog.remove();
      app.redraw("all");
    };
    dialog.onkeydown = (event) => {
      if (event.key.toLowerCase() !== "w") return;
      event.preventDefault();
      dialog.close();
    };
    app.root.append(dialog);
    app.wallAlone = true;
    dialog.showModal();
    app.redraw("all");
  };
}

/**
 * @param {import('./types').App} app
 */
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
    const contours = view.contours && model.scene && !(view.scan && part.panel.number === 0);
    const below = contours ? [model.panels[1].version, model.scene.digest] : null;
    const framed = JSON.stringify([frames[place], part.over.width, part.over.height, theme.mark, below]);
    if (part.framed === framed) return; // a canvas that is not touched costs nothing
    part.framed = framed;
    paintFrames(part.over, part.plan, frames[place], theme, contours ? (context) => paintContours(app, context) : null);
  });
}

/**
 * @param {import('./types').App} app
 */
function addPointing(app) {
  const { view } = app;
  const same = (a, b) => a !== null && a.panel === b.panel && String(a.at) === String(b.at);
  app.pointAt = (part, row, col) => {
    const mark = markAt(app.model, view, part.panel, part.plan, row, col);
    if (same(view.pointed, mark)) return;
    view.pointed = mark;
    app.redraw("marks");
  };
  app.pointAway = () => {
    if (view.pointed) {
      view.pointed = null;
      app.redraw("marks");
    }
  };
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
