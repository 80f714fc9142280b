// @ts-check
// The lower row of the stage: the channels before and after, the map over the image, and the network's prediction.

import { element, makeScratch, sizeCanvas } from "./dom.js";
import { makeWalls } from "./gallery.js";
import { paintPrediction, paintScan, predictionNow } from "./scene.js";

/**
 * Build the row; null where there is neither a scene nor a wall of channels.
 * @param {import('./types').App} app
 */
export function makeStrip(app) {
  const { words, model } = app;
  app.gallery = makeWalls(app);
  const pictures = model.scene ? [makePicture(words.scan, "scan"), makePicture(words.prediction, "prediction")] : [];
  if (!app.gallery && !pictures.length) return null;
  const notes = (model.scene?.notes ?? []).map((text) => element("p", { class: "quiet", title: text }, text));
  const left = element(
    "div",
    { class: "left" },
    app.gallery?.section,
    notes.length ? element("div", { class: "notes" }, ...notes) : null,
  );
  const root = element("div", { class: "strip" }, left, ...pictures.map((picture) => picture.root));
  return { root, left, notes: left.querySelector(".notes"), scan: pictures[0], prediction: pictures[1] };
}

function makePicture(title, name) {
  const scratch = makeScratch();
  const canvas = element("canvas", { class: `picture ${name}`, role: "img", "aria-label": title });
  const note = element("span", { class: "quiet note-line" });
  const root = element(
    "figure",
    { class: "scene" },
    element("div", { class: "head" }, element("h3", {}, title)),
    canvas,
    note,
  );
  return { root, canvas, note, scratch, painted: "" };
}

/**
 * Give the pictures their size.
 * @param {import('./types').App} app
 */
export function sizeStrip(app) {
  const { strip, stage, theme } = app;
  for (const picture of [strip.scan, strip.prediction].filter(Boolean)) {
    sizeCanvas(picture.canvas, stage.picture, stage.picture, theme.ratio);
    picture.root.style.width = `${stage.picture}px`;
    picture.painted = "";
  }
}

/**
 * Paint what has changed: the map over the image at once, the prediction when there is another one.
 * @param {import('./types').App} app
 */
export function paintStrip(app) {
  const { strip, model, view, words } = app;
  if (!strip?.scan) return;
  strip.notes?.querySelectorAll("p").forEach((line, place) => {
    const text = model.scene.notes[place] ?? "";
    if (line.textContent !== text) [line.textContent, line.title] = [text, text];
  });
  const map = model.panels[1];
  const state = [map.version, view.contours, model.scene.digest].join();
  if (strip.scan.painted !== state) {
    strip.scan.painted = state;
    paintScan(app, strip.scan.canvas, strip.scan.scratch);
  }
  const number = predictionNow(app);
  const { prediction } = strip;
  prediction.root.classList.toggle("waiting", number === null);
  const note = number === null ? words.computing : model.scene.scores[number];
  if (prediction.note.textContent !== note) {
    prediction.note.textContent = note;
    prediction.note.title = note;
  }
  const shown = `${model.scene.digest} ${number}`;
  if (number === null || prediction.painted === shown) {
    if (number === null && !prediction.painted) paintPrediction(app, prediction.canvas, prediction.scratch, null);
    return;
  }
  prediction.painted = shown;
  paintPrediction(app, prediction.canvas, prediction.scratch, number);
}
