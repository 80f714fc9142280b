// @ts-check
// One tensor on screen: title, shape, heatmap with its axes, legend.

import { ABOVE, BELOW, NAN, OVER, UNDER, scaleOf } from "./colour.js";
import { element, makeScratch, sizeCanvas } from "./dom.js";
import { panelBox, slicePlan } from "./layout.js";
import { cellAt } from "./links.js";
import { axesOnScreen, isDrawable, offsetOf } from "./model.js";
import { fill, tuple, written } from "./numbers.js";
import { comparedRange, paintSlice, sliceOf } from "./paint.js";
import { paintScan } from "./scene.js";

/**
 * Build a panel; one that cannot be drawn has a note with the reason.
 * @param {import('./types').App} app
 * @param {import('./types').Panel} panel
 */
export function makePanel(app, panel) {
  const { words } = app;
  const title = element("div", { class: "title", title: panel.title }, panel.title);
  const part = /** @type {import('./types').Part} */ ({ panel, scratch: makeScratch(), title, plan: null });
  if (!isDrawable(panel)) {
    part.root = element(
      "figure",
      {},
      title,
      shapeLine(app, panel),
      element("p", { class: "note", role: "note" }, panel.note),
    );
    return part;
  }
  part.base = element("canvas", { class: "base" });
  part.over = element("canvas", {
    class: panel.paintable ? "over paintable" : "over",
    tabindex: "0",
    role: "application",
    "aria-label": `${panel.title} ${tuple(panel.shape)}`,
    "aria-roledescription": words.heatmap,
    "aria-describedby": "hint",
  });
  part.over.dataset.panel = String(panel.number);
  part.stack = element("div", { class: "stack" }, part.base, part.over);
  part.colName = element("div", { class: "axis col" });
  part.rowName = element("div", { class: "axis row" }, element("span"));
  part.legend = makeLegend();
  part.state = element("div", { class: "quiet state" });
  part.root = element(
    "figure",
    { "aria-label": panel.title },
    title,
    shapeLine(app, panel),
    part.colName,
    element("div", { class: "body" }, part.rowName, part.stack),
    part.legend.root,
    part.state,
  );
  return part;
}

/**
 * The shape, each size with what its axis does; sizes that Keras inserts are marked as such.
 * @param {import('./types').App} app
 * @param {import('./types').Panel} panel
 */
function shapeLine(app, panel) {
  const line = element("div", { class: "shape" }, "(");
  panel.sizes.forEach(({ size, role }, axis) => {
    const name = app.words[`role_${role}`] ?? "";
    const hint = `${fill(app.words.axis, { axis })}${name ? `: ${name}` : ""}`;
    line.append(axis ? ", " : "", element("span", { class: `size ${role}`, title: hint }, size));
  });
  line.append(panel.sizes.length === 1 ? ",)" : ")");
  if (panel.type && panel.type !== "float32") line.append(element("span", { class: "type" }, panel.type));
  return line;
}

function makeLegend() {
  const bar = element("canvas", { class: "bar" });
  const [low, zero, high] = [element("span"), element("span"), element("span")];
  const kinds = element("div", { class: "kinds quiet" });
  const ends = element("div", { class: "ends" }, low, zero, high);
  return { root: element("div", { class: "legend" }, bar, ends, kinds), bar, low, zero, high, kinds, shown: "" };
}

/**
 * Give a panel its size, and its axes their names.
 * @param {import('./types').App} app
 * @param {import('./types').Part} part
 */
export function sizePanel(app, part, cell) {
  const { model, view, words, theme } = app;
  part.plan = slicePlan(model, part.panel, view);
  const box = panelBox(part.plan, app.stage?.cell ?? cell);
  sizeCanvas(part.base, box.width, box.height, theme.ratio);
  sizeCanvas(part.over, box.width, box.height, theme.ratio);
  part.width = box.width;
  part.legend.root.style.width = app.stage ? "" : `${Math.max(96, Math.min(box.width, 480))}px`;
  part.root.style.width = app.stage ? `${box.width}px` : "";
  const { rows, cols } = axesOnScreen(model, part.panel, view);
  part.colName.textContent = axisName(words, part.panel, cols, view.cols, part.plan.colCopies, box.width);
  part.rowName.firstChild.textContent = axisName(words, part.panel, rows, view.rows, part.plan.rowCopies, box.height);
  part.state.style.maxWidth = app.stage ? "" : `${box.width}px`;
  part.legend.root.hidden = Boolean(app.stage) && typeof part.panel.like === "number"; // the scale of another panel
  part.colName.style.width = `${box.width}px`;
  part.rowName.style.height = `${box.height}px`;
  part.pile = app.stage
    ? pileOf(model, part, view)
        .map((axis) => `→ ${model.sizes[axis]}`)
        .join(", ")
    : pileOf(model, part, view)
        .map(
          (axis) =>
            `${model.axisNames?.[axis] || fill(words.axis, { axis })} · ${fill(words.stretched_to, { count: model.sizes[axis] })}`,
        )
        .join(", ");
  part.stack.classList.toggle("deep", part.pile !== "");
}

/** The axes that it is stretched along and that are not on screen: for their sake it is drawn as a pile of sheets. */
function pileOf(model, { panel }, view) {
  if (!model.stretches) return [];
  const hidden = (axis) => axis < model.outputRank && axis !== view.rows && axis !== view.cols && model.sizes[axis] > 1;
  const stretched = (axis) => (panel.axes.includes(axis) ? panel.shape[panel.axes.indexOf(axis)] === 1 : model.aligned);
  return model.sizes.map((size, axis) => axis).filter((axis) => hidden(axis) && stretched(axis));
}

/**
 * @param {import('./types').Words} words
 * @param {import('./types').Panel} panel
 * @param {number} axis
 */
function axisName(words, panel, axis, shared, copies, room) {
  if (axis < 0 && copies === 1) return "";
  const number = axis < 0 ? shared : (panel.axes[axis] ?? axis);
  const contracted = panel.sizes.find(({ shared: on }) => on === number)?.role === "contracted";
  const name = contracted ? words.summed : fill(words.axis, { axis: panel.ownNames ? axis : number });
  const role = copies > 1 ? fill(words.stretched_to, { count: copies }) : "";
  return role && room > 110 ? `${name} · ${role}` : role && room > 64 ? role : name;
}

/**
 * Paint the slice that the view asks for.
 * @param {import('./types').App} app
 * @param {import('./types').Part} part
 */
export function paintPanel(app, part) {
  const { model, view, theme, tables, words } = app;
  const { plan } = part;
  const panel = shown(app, part.panel);
  if (part.title.textContent !== panel.title) part.title.textContent = panel.title;
  if (view.scan && model.scene && part.panel.number === 0 && !app.flicker) return paintImage(app, part);
  const { index, inside } = cellAt(model, panel, view.at);
  const start = index.slice();
  if (plan.rowAxis >= 0) start[plan.rowAxis] = 0;
  if (plan.colAxis >= 0) start[plan.colAxis] = 0;
  const here = inside || onlyOnScreenOutside(model, part, view);
  const slice = sliceOf(panel, plan, offsetOf(panel, start), part.base.height, part.base.width);
  part.scale = scaleOf(model, view, panel, tables, () => comparedRange(model, panel, slice));
  const { low, high, diverging } = part.scale;
  const size = `${part.base.width} ${part.base.height}`;
  const picture = [
    panel.number,
    view.bright,
    panel.version,
    slice.start,
    low,
    high,
    diverging,
    here,
    size,
    JSON.stringify(plan),
    theme.number,
  ].join();
  if (part.picture === picture) return; // the map stays while the channels go by: what is not touched costs nothing
  part.picture = picture;
  const marks = paintSlice(part.base, part.scratch, plan, slice, part.scale, theme, !here);
  part.base.dataset.painted = ""; // tests and benchmarks wait for the first picture
  const remarks = [here ? part.pile : words.not_here, panel.remark, app.stage ? retained(app, panel, slice) : ""];
  part.state.textContent = remarks.filter(Boolean).join(" · ");
  part.state.title = part.state.textContent;
  paintLegend(app, part, marks);
}

/** While flickering, features and product are drawn in each other's panel. */
function shown({ flicker, model }, panel) {
  const last = model.panels.at(-1);
  if (!flicker || typeof last.like !== "number") return panel;
  return panel === last ? model.panels[last.like] : panel.number === last.like ? last : panel;
}

/** How much of the energy of this channel of the features is left in the output. */
function retained({ model, words }, panel, slice) {
  const features = model.panels[panel.like ?? -1];
  if (!features?.values || panel !== model.panels.at(-1)) return "";
  let [before, after] = [0, 0];
  for (const row of slice.rowAt) {
    for (const col of slice.colAt) {
      const at = slice.start + row * slice.rowStep + col * slice.colStep;
      before += features.values[at] ** 2;
      after += panel.values[at] ** 2;
    }
  }
  return before > 0 ? fill(words.retained, { share: Math.round((100 * after) / before) }) : "";
}

/**
 * The image under the map instead of the features.
 * @param {import('./types').App} app
 * @param {import('./types').Part} part
 */
function paintImage(app, part) {
  const { model, view, words } = app;
  const picture = ["image", model.panels[1].version, part.base.width, view.contours, model.scene.digest].join();
  part.title.textContent = words.scan;
  if (part.picture === picture) return;
  part.picture = picture;
  paintScan(app, part.base, part.scratch);
}

/** An axis on screen may start later in the result (Concatenate); that is no reason to fade the panel. */
function onlyOnScreenOutside(model, { panel, plan }, view) {
  const at = view.at.slice();
  for (const axis of [plan.rowAxis, plan.colAxis]) if (axis >= 0) at[panel.axes[axis]] = panel.links[axis][1];
  return cellAt(model, panel, at).inside;
}

/** @type {[number, string][]} */
const COUNTED = [
  [NAN, "nan"],
  [ABOVE, "above"],
  [BELOW, "below"],
  [OVER, "over"],
  [UNDER, "under"],
];

/**
 * @param {import('./types').App} app
 * @param {import('./types').Part} part
 */
function paintLegend(app, part, marks) {
  const { legend, scale } = part;
  const counts = new Map();
  for (let place = 2; place < marks.length; place += 3) counts.set(marks[place], (counts.get(marks[place]) ?? 0) + 1);
  const shown = `${scale.low} ${scale.high} ${scale.diverging} ${app.theme.ratio} ${[...counts]}`;
  if (legend.shown === shown) return; // most steps leave it as it is
  legend.shown = shown;
  legend.low.textContent = written(scale.low, 3);
  legend.high.textContent = written(scale.high, 3);
  legend.zero.textContent = scale.diverging ? "0" : "";
  legend.bar.width = 256;
  legend.bar.height = 1;
  const context = legend.bar.getContext("2d");
  const image = context.createImageData(256, 1);
  new Uint32Array(image.data.buffer).set(scale.table);
  context.putImageData(image, 0, 0);
  legend.kinds.replaceChildren();
  for (const [mark, name] of COUNTED) {
    if (counts.has(mark)) legend.kinds.append(swatch(app, mark), `${counts.get(mark)} ${app.words[`mark_${name}`]} `);
  }
}

/**
 * @param {import('./types').App} app
 * @param {number} mark
 */
function swatch(app, mark) {
  const canvas = element("canvas", { class: "swatch" });
  sizeCanvas(canvas, 18, 12, app.theme.ratio);
  const context = canvas.getContext("2d");
  context.fillStyle = "#8a8a8a";
  context.fillRect(0, 0, 99, 99);
  context.fillStyle = app.theme.patterns[mark];
  context.fillRect(0, 0, 99, 99);
  return canvas;
}
