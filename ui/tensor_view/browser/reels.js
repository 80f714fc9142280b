// @ts-check
// Reels: sliders with a whole panel for each position. Moving one shows that frame at once and everything that follows
// from it, as a stroke would; all numbers are Python's. Reels of one name share a slider, each with a panel of its own.

import { element } from "./dom.js";
import { icon } from "./icons.js";
import { recomputeAll } from "./live.js";
import { placesOf } from "./numbers.js";
import { tensorOf } from "./store.js";

const SPEED = 6; // frames a second
const CALM = 2; // for people who asked their system for less motion
const NEAR = [1, -1, 2, -2]; // frames that are made while there is nothing else to do
const idly = window.requestIdleCallback ?? ((work) => setTimeout(work, 50)); // Safari has none

/**
 * The sliders, and what the person has moved them to since Python last said where they are.
 * @param {import('./types').App} app
 */
export function makeReels(app, before) {
  before?.stop(true);
  const moved = before?.moved ?? new Map(); // name of a frame by that of its reel, the last one moved at the end
  const reels = {
    root: element("div", { class: "sliders reels" }),
    sliders: [],
    moves: Math.max(app.model.moves ?? 0, before?.moves ?? 0),
    playing: null,
  };
  const all = () => app.model.reels ?? [];
  reels.placeOf = (reel) => Math.max(0, reel.frames.indexOf(moved.get(reel.name) ?? reel.frames[reel.at]));
  reels.move = (reel, place) => {
    moved.delete(reel.name);
    moved.set(reel.name, reel.frames[place]);
    reels.moves += 1;
    show(app, reel.name, place);
    app.brush.forget();
    app.forgetPainted();
    if (app.gallery) app.gallery.difference = null;
    app.redrawMoving();
  };
  reels.report = () => (all().length ? { frames: Object.fromEntries(moved), moves: reels.moves } : {});
  /** New reels: where the person has gone on since, the frame that is on screen stays. */
  reels.takeIn = (moves) => {
    if (moves >= reels.moves) moved.clear();
    for (const [name, frame] of [...moved]) {
      if (!all().some((reel) => reel.name === name && reel.frames.includes(frame))) moved.delete(name);
    }
    const last = all().find((reel) => reel.name === [...moved.keys()].at(-1));
    if (last) show(app, last.name, reels.placeOf(last));
    if (JSON.stringify(all().map(looks)) !== reels.built) reels.build();
  };
  reels.build = () => {
    reels.stop(true);
    reels.built = JSON.stringify(all().map(looks));
    const names = [...new Set(all().map(({ name }) => name))];
    reels.sliders = names.map((name) => makeReel(app, reels, name));
    reels.root.replaceChildren(...reels.sliders.map(({ root }) => root));
  };
  reels.update = () => reels.sliders.forEach(({ update }) => update());
  reels.stop = (quietly) => {
    if (!reels.playing) return;
    cancelAnimationFrame(reels.playing.request);
    reels.playing = null;
    if (quietly) return;
    app.redraw("controls");
    app.tell();
  };
  reels.moved = moved;
  reels.build();
  return reels;
}

/** Room for every label, so that the slider stands still while it moves. */
const longest = (labels) => `${Math.max(...labels.map(placesOf))}ch`;

const looks = ({ name, title, hint, playable }) => [name, title, hint, playable];

/**
 * @param {import('./types').App} app
 */
function show(app, name, place) {
  const { model } = app;
  for (const reel of model.reels.filter((one) => one.name === name)) {
    const panel = model.panels[reel.panel];
    const values = tensorOf(reel.digests[place]);
    if (!values) continue; // dropped since, with over 90 MB of others
    panel.values.set(values);
    panel.digest = reel.digests[place];
    panel.range = null;
    panel.version += 1;
  }
  recomputeAll(model);
  prepare(app, name, place);
}

/** Have the frames beside one made before they are shown: that takes a few milliseconds each on a fine grid. */
function prepare(app, name, place) {
  const digests = app.model.reels
    .filter((one) => one.name === name)
    .flatMap((one) => NEAR.map((by) => one.digests[place + by]))
    .filter(Boolean);
  const next = () => {
    const digest = digests.shift();
    if (!digest) return;
    tensorOf(digest);
    idly(next);
  };
  idly(next);
}

/**
 * @param {import('./types').App} app
 * @param {import('./types').Reels} reels
 */
function makeReel(app, reels, name) {
  const now = () => app.model.reels.find((reel) => reel.name === name); // its frames change, the slider stays
  const { title, hint, playable } = now();
  const range = element("input", { type: "range", min: 0, step: 1, "aria-label": title });
  const shown = element("output", {});
  let keyed = false;
  range.onkeydown = () => {
    keyed = true;
  };
  range.onpointerdown = () => {
    keyed = false;
  };
  range.onfocus = () => prepare(app, name, reels.placeOf(now()));
  range.oninput = () => {
    reels.stop(true);
    reels.move(now(), Number(range.value));
  };
  range.onchange = () => (keyed ? app.later() : app.tell()); // a key held down is one move
  const button = playable ? playButton(app, reels, now) : null;
  const update = () => {
    const reel = now();
    const [place, last] = [reels.placeOf(reel), reel.frames.length - 1];
    range.max = String(last);
    shown.style.setProperty("--longest", longest(reel.labels));
    range.value = String(place);
    range.style.setProperty("--part", `${(100 * place) / Math.max(1, last)}%`);
    shown.textContent = reel.labels[place];
    range.setAttribute("aria-valuetext", reel.labels[place]);
    button?.update();
  };
  const root = element(
    "div",
    { class: "slider reel", title: hint || null },
    element("span", { class: "name" }, title),
    button?.root,
    range,
    shown,
  );
  update();
  return { root, update };
}

/**
 * @param {import('./types').App} app
 * @param {import('./types').Reels} reels
 */
function playButton(app, reels, now) {
  const { words } = app;
  const root = element("button", { type: "button", class: "round play" });
  const mine = () => reels.playing?.name === now().name;
  root.onclick = () => (mine() ? reels.stop() : play(app, reels, now));
  let drawn = null;
  const update = () => {
    if (drawn === mine()) return;
    drawn = mine();
    const label = `${drawn ? words.pause : words.play}: ${now().title}`;
    root.replaceChildren(icon(drawn ? "pause" : "play"));
    root.setAttribute("aria-label", label);
    root.title = label;
  };
  return { root, update };
}

/**
 * Once through the frames to the last, without a word to Python until it stops.
 * @param {import('./types').App} app
 * @param {import('./types').Reels} reels
 */
function play(app, reels, now) {
  reels.stop(true);
  app.player.stop(true);
  const speed = window.matchMedia("(prefers-reduced-motion: reduce)").matches ? CALM : SPEED;
  const last = () => now().frames.length - 1;
  let due = performance.now();
  if (reels.placeOf(now()) === last()) {
    reels.move(now(), 0);
    due += 1000 / speed;
  }
  const tick = (time) => {
    reels.playing.request = requestAnimationFrame(tick);
    if (time < due) return;
    due = Math.max(due + 1000 / speed, time);
    if (reels.placeOf(now()) >= last()) return reels.stop();
    reels.move(now(), reels.placeOf(now()) + 1);
  };
  reels.playing = { name: now().name, request: requestAnimationFrame(tick) };
  app.redraw("controls");
}
