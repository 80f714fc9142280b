// @ts-check
// Sliders, the player's buttons, the tools of the brush, and the settings.

import { chooser, element, switcher } from "./dom.js";
import { icon } from "./icons.js";
import { step } from "./keyboard.js";
import { channelAxis, channelOrder, isDrawable, sliderAxes } from "./model.js";
import { fill, placesOf } from "./numbers.js";
import { followPin, moveTo, rangesOf } from "./state.js";

const SPEEDS = [2, 6, 12, 30, 60]; // channels a second

/**
 * One slider for each axis that is not on screen; the one for the channels comes with the player.
 * @param {import('./types').App} app
 */
export function makeSliders(app) {
  const { model, view } = app;
  const channels = channelAxis(model, view);
  const axes = sliderAxes(model, view).sort((a, b) => Number(b === channels) - Number(a === channels));
  const sliders = axes.map((axis) => makeSlider(app, axis, axis === channels));
  return { root: element("div", { class: "sliders" }, ...sliders.map(({ root }) => root)), sliders };
}

/**
 * @param {import('./types').App} app
 * @param {number} axis
 */
function makeSlider(app, axis, playable) {
  const { model, view, words } = app;
  const name = axisTitle(app, axis, playable);
  const last = model.sizes[axis] - 1;
  const range = element("input", { type: "range", min: 0, max: last, step: 1, "aria-label": name });
  const order = () => (playable ? channelOrder(model, view) : null);
  const ranked = () => playable && view.order !== "index" && model.order.size > 1;
  const where = (at, place) =>
    fill(ranked() ? words.ranked : words.position, { at, last, place: place + 1, count: last + 1 });
  const longest = Math.max(
    fill(words.position, { at: last, last }).length,
    playable && model.order.size > 1 ? placesOf(fill(words.ranked, { at: last, place: last + 1, count: last + 1 })) : 0,
  );
  const shown = element("output", { style: `--longest: ${longest}ch` });
  range.oninput = () => {
    app.player.stop(true);
    moveTo(model, view, axis, order()?.[Number(range.value)] ?? Number(range.value));
    followPin(model, view);
    // Another batch shows in every tile of the gallery, another channel in none.
    app.redraw(playable ? "slice" : "values");
  };
  range.onchange = () => app.tell();
  const buttons = playable ? playerButtons(app) : null;
  const update = () => {
    const place = order() ? order().indexOf(view.at[axis]) : view.at[axis];
    range.value = String(place);
    range.style.setProperty("--part", `${(100 * place) / last}%`);
    shown.textContent = where(view.at[axis], place);
    range.setAttribute("aria-valuetext", where(view.at[axis], place));
    buttons?.update();
  };
  const root = element(
    "div",
    { class: playable ? "slider main" : "slider" },
    element("span", { class: "name" }, name),
    buttons?.root,
    range,
    shown,
    buttons?.speed,
  );
  return { root, update, axis };
}

/**
 * @param {import('./types').App} app
 * @param {number} axis
 */
function axisTitle(app, axis, playable) {
  const { words, model } = app;
  if (model.axisNames?.[axis]) return model.axisNames[axis];
  const name = fill(words.axis, { axis });
  if (axis >= model.outputRank) {
    // not the result's: summed by Dot, or one panel's own
    const owner = model.panels.find((panel) => panel.axes.includes(axis));
    return model.aligned ? words.summed : `${owner.title} · ${fill(words.axis, { axis: owner.axes.indexOf(axis) })}`;
  }
  if (playable && axis === model.outputRank - 1)
    return model.layout === "stage" ? words.channel : `${words.channel} · ${name}`;
  return axis === 0 ? `${words.batch} · ${name}` : name;
}

/**
 * @param {import('./types').App} app
 */
function playerButtons(app) {
  const { view, words, player } = app;
  const button = (name, label, onclick) =>
    element("button", { type: "button", class: "round", "aria-label": label, title: label, onclick }, icon(name));
  const play = button("play", words.play, () => player.toggle());
  play.classList.add("play");
  const root = element(
    "span",
    { class: "player" },
    button("back", words.previous, () => step(app, -1)),
    play,
    button("on", words.next, () => step(app, 1)),
  );
  const speeds = [...new Set([...SPEEDS, view.speed])]
    .sort((a, b) => a - b)
    .map((speed) => [speed, fill(words.per_second, { speed })]);
  const speed = chooser(words.speed, speeds, view.speed, (value) => {
    view.speed = Number(value);
  });
  speed.classList.add("bare");
  let playing = null;
  const update = () => {
    if (playing === view.playing) return;
    playing = view.playing;
    const label = playing ? words.pause : words.play;
    play.replaceChildren(icon(playing ? "pause" : "play"));
    play.setAttribute("aria-label", label);
    play.title = label;
  };
  return { root, speed, update };
}

/**
 * Tools of the brush; only where there is something to paint on.
 * @param {import('./types').App} app
 */
export function makeTools(app) {
  const { model, view, words } = app;
  if (!model.panels.some((panel) => panel.paintable && isDrawable(panel))) return { root: null, update() {} };
  const tools = ["point", "brush", "eraser"].map((name) => [name, words[name]]);
  const undo = element("button", { type: "button", class: "plain", onclick: () => app.brush.undo() }, words.undo);
  const choose = (name) => {
    view.tool = name;
    app.redraw("controls");
  };
  const brushing = element(
    "div",
    { class: "brushing" },
    dial(
      words.size,
      1,
      9,
      1,
      view.size,
      (value) => {
        view.size = value;
      },
      (value) => String(value),
    ),
    dial(
      words.strength,
      0.1,
      1,
      0.1,
      view.strength,
      (value) => {
        view.strength = value;
      },
      (value) => `${Math.round(100 * value)} %`,
    ),
    undo,
  );
  const root = element("div", { class: "tools" }, switcher(words.tool, tools, view.tool, choose), brushing);
  const update = () => {
    undo.disabled = !app.brush.canUndo();
    app.root.dataset.tool = view.tool;
  };
  return { root, update };
}

function dial(label, min, max, stepSize, value, onchange, text) {
  const range = element("input", { type: "range", min, max, step: stepSize, value, "aria-label": label });
  const shown = element("output", {}, text(value));
  const show = () => {
    range.style.setProperty("--part", `${(100 * (Number(range.value) - min)) / (max - min)}%`);
    shown.textContent = text(Number(range.value));
  };
  range.oninput = () => {
    onchange(Number(range.value));
    show();
  };
  show();
  return element("label", { class: "dial" }, element("span", {}, label), range, shown);
}

/**
 * Axes on screen, colours and their range.
 * @param {import('./types').App} app
 */
export function makeSettings(app) {
  const { model, view, words } = app;
  const row = element("div", { class: "row" });
  if (model.outputRank > 1 && !model.scene) {
    const axes = model.sizes
      .slice(0, model.outputRank)
      .map((size, axis) => [axis, `${fill(words.axis, { axis })} (${size})`]);
    const turn = (side, other) => (value) => {
      if (view[other] === Number(value)) view[other] = view[side]; // the two change places
      view[side] = Number(value);
      app.turned();
    };
    row.append(
      chooser(words.rows, axes, view.rows, turn("rows", "cols")),
      chooser(words.columns, axes, view.cols, turn("cols", "rows")),
    );
  }
  const set = (name) => (value) => {
    view[name] = value;
    app.redraw("values");
    app.tell();
  };
  row.append(
    chooser(
      words.colours,
      ["auto", "sequential", "diverging"].map((name) => [name, words[name]]),
      view.kind,
      set("kind"),
    ),
  );
  row.append(
    chooser(
      words.range,
      rangesOf(model).map((name) => [name, words[`range_${name}`]]),
      view.range,
      set("range"),
    ),
  );
  return element(
    "details",
    { class: "settings" },
    element("summary", {}, words.settings),
    row,
    element("p", { class: "quiet" }, words.keys),
  );
}
