// @ts-check
// The image behind the features: with the map over it, and with the network's prediction for that map.

import { borderOf, strokeBorder } from "./contours.js";
import { tensorOf } from "./store.js";

/** @type {[number, number, number]} */
export const WARM = [255, 176, 0]; // the map, and the prediction
/** @type {[number, number, number]} */
export const COOL = [86, 180, 233]; // the ground truth
const COVER = 0.62; // of the image under a weight of 1
const HALF = 0.5;
const css = ([red, green, blue]) => `rgb(${red} ${green} ${blue})`;

/** @type {any} */
let decoded = { digest: null }; // the scene that was read last

/**
 * The bytes of a scene as an image and masks.
 * @param {import('./types').Scene} plan
 */
export function readScene(plan) {
  if (decoded.digest === plan.digest) return decoded;
  const row = tensorOf(plan.digest);
  const bytes = new Uint8Array(row.buffer, row.byteOffset, row.byteLength);
  const size = plan.height * plan.width;
  const packed = Math.ceil(size / 8);
  const mask = (number) => unpack(bytes.subarray(size + number * packed, size + (number + 1) * packed), size);
  const first = plan.truth ? 1 : 0;
  const masks = new Map();
  decoded = {
    digest: plan.digest,
    height: plan.height,
    width: plan.width,
    image: bytes.slice(0, size),
    truth: plan.truth ? mask(0) : null,
    prediction: (number) => masks.get(number) ?? masks.set(number, mask(first + number)).get(number),
  };
  decoded.truthBorder = decoded.truth ? borderOfMask(decoded, decoded.truth) : null;
  return decoded;
}

function unpack(bytes, size) {
  const mask = new Uint8Array(size);
  for (let at = 0; at < size; at++) mask[at] = (bytes[at >> 3] >> (7 - (at & 7))) & 1;
  return mask;
}

const borderOfMask = ({ height, width }, mask) => borderOf(height, width, (row, col) => mask[row * width + col] === 1);

/**
 * The border of the map where it reaches a half.
 * @param {import('./types').App} app
 */
export function borderOfMap(app) {
  const panel = app.model.panels[1];
  const { rows, cols } = mapSize(panel);
  if (app.mapBorder?.version !== panel.version || app.mapBorder.values !== panel.values) {
    const path = borderOf(rows, cols, (row, col) => panel.values[row * cols + col] >= HALF);
    app.mapBorder = { version: panel.version, values: panel.values, path, rows, cols };
  }
  return app.mapBorder;
}

/**
 * Rows and columns of the map (1, H, W, 1).
 * @param {import('./types').Panel} panel
 */
const mapSize = (panel) => ({ rows: panel.shape.at(-3), cols: panel.shape.at(-2) });

/**
 * The number of the prediction for the map on screen: of the frame of the reel that was moved last, else as sent.
 * @param {import('./types').App} app
 */
export function predictionNow(app) {
  const { scene, reels } = app.model;
  const name = app.turn ? null : [...app.reels.moved.keys()].at(-1);
  if (name) return scene.byReel[name]?.[app.reels.placeOf(reels.find((one) => one.name === name))] ?? null;
  return app.turn === (scene.turn ?? 0) ? scene.shown : null; // null: Python does not know this painting yet
}

/**
 * Draw the image under the map, with the ground truth's outline.
 * @param {import('./types').App} app
 * @param {import('./types').Scratch} scratch
 */
export function paintScan(app, canvas, scratch) {
  const scene = readScene(app.model.scene);
  const panel = app.model.panels[1];
  const { rows, cols } = mapSize(panel);
  const row = Int32Array.from({ length: scene.height }, (_, y) => Math.floor((y * rows) / scene.height) * cols);
  const col = Int32Array.from({ length: scene.width }, (_, x) => Math.floor((x * cols) / scene.width));
  const share = (y, x) => Math.min(1, Math.max(0, panel.values[row[y] + col[x]] || 0));
  paintUnder(canvas, scratch, scene, share);
  outline(app, canvas, scene, true);
}

/**
 * Draw the image under a prediction, with the ground truth's outline; without a prediction the image alone.
 * @param {import('./types').App} app
 * @param {import('./types').Scratch} scratch
 */
export function paintPrediction(app, canvas, scratch, number) {
  const scene = readScene(app.model.scene);
  const mask = number === null ? null : scene.prediction(number);
  paintUnder(canvas, scratch, scene, (y, x) => (mask ? mask[y * scene.width + x] : 0));
  outline(app, canvas, scene, false);
}

function paintUnder(canvas, scratch, { image, height, width }, share) {
  const made = scratch.imageFor(width, height);
  const { pixels } = made;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const cover = COVER * share(y, x);
      const grey = image[at] * (1 - cover);
      pixels[at] =
        ((255 << 24) |
          (Math.round(grey + WARM[2] * cover) << 16) |
          (Math.round(grey + WARM[1] * cover) << 8) |
          Math.round(grey + WARM[0] * cover)) >>>
        0;
    }
  }
  made.put();
  const context = canvas.getContext("2d");
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(made.canvas, 0, 0, canvas.width, canvas.height);
}

/**
 * @param {import('./types').App} app
 */
function outline(app, canvas, scene, withMap) {
  const context = canvas.getContext("2d");
  const width = Math.max(1, canvas.width / 260);
  if (scene.truthBorder) strokeBorder(context, scene.truthBorder, scene.height, scene.width, css(COOL), width);
  if (!withMap || !app.view.contours) return;
  const { path, rows, cols } = borderOfMap(app);
  strokeBorder(context, path, rows, cols, css(WARM), width);
}

/**
 * Draw both contours over a panel of features, map or product.
 * @param {import('./types').App} app
 */
export function paintContours(app, context) {
  const scene = readScene(app.model.scene);
  const { path, rows, cols } = borderOfMap(app);
  const width = Math.max(1.5, context.canvas.width / 240);
  strokeBorder(context, path, rows, cols, css(WARM), width);
  if (scene.truthBorder) strokeBorder(context, scene.truthBorder, scene.height, scene.width, css(COOL), width);
}
