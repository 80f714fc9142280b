// @ts-check
// Everything without a mouse.

import { moveTo, stepChannel } from "./state.js";
import { channelAxis, channelOrder } from "./model.js";
import { footCols, footRows } from "./layout.js";

const QUIET = 250; // ms after the last key before Python receives it
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * @param {import('./types').App} app
 */
export function listenToKeys(app) {
  let waiting = 0;
  app.later = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => app.tell(), QUIET);
  };
  app.root.onkeydown = (event) => {
    if (event.altKey || event.isComposing) return;
    const used = event.ctrlKey || event.metaKey ? undoKey(app, event) : plainKey(app, event);
    if (used) event.preventDefault();
  };
  return () => clearTimeout(waiting);
}

/**
 * @param {import('./types').App} app
 */
function undoKey(app, event) {
  if (event.key.toLowerCase() !== "z" || event.shiftKey || !app.brush.canUndo()) return false;
  app.brush.undo();
  return true;
}

/**
 * @param {import('./types').App} app
 */
function plainKey(app, event) {
  const target = event.target;
  const name = target.tagName;
  if (event.key === " " && !["BUTTON", "SELECT", "SUMMARY"].includes(name)) {
    app.player.toggle();
    return true;
  }
  if (name === "CANVAS" && target.dataset.panel) return canvasKey(app, event, app.parts[Number(target.dataset.panel)]);
  const wall = app.gallery?.walls.find(({ scroll }) => scroll === target);
  if (wall) return galleryKey(app, event, wall);
  return false;
}

/**
 * @param {import('./types').App} app
 * @param {import('./types').Part} part
 */
function canvasKey(app, event, part) {
  const { plan } = part;
  const cursor = app.cursorOf(part);
  const [rows, cols] = [footRows(plan), footCols(plan)];
  const move = ARROWS[event.key];
  if (move) app.pointAt(part, clamp(cursor.row + move[0], rows), clamp(cursor.col + move[1], cols), true);
  else if (event.key === "Home") app.pointAt(part, cursor.row, 0, true);
  else if (event.key === "End") app.pointAt(part, cursor.row, cols - 1, true);
  else if (event.key === "PageDown" || event.key === "]") step(app, 1);
  else if (event.key === "PageUp" || event.key === "[") step(app, -1);
  else if (event.key === "Escape") app.unpin();
  else if (event.key === "Enter") enter(app, part, cursor);
  else return false;
  return true;
}

/**
 * With a brush in hand Enter paints one dab; else it pins the cell.
 * @param {import('./types').App} app
 * @param {import('./types').Part} part
 */
function enter(app, part, cursor) {
  const painting = part.panel.paintable && app.view.tool !== "point";
  if (!painting) return app.pin(part, cursor.row, cursor.col);
  app.brush.begin(part, { row: clamp(cursor.row, part.plan.rows), col: clamp(cursor.col, part.plan.cols) });
  app.brush.end();
}

function galleryKey(app, event, { grid }) {
  const { view, model } = app;
  const order = channelOrder(model, view);
  const place = order.indexOf(view.at[channelAxis(model, view)]);
  const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -grid.line, ArrowDown: grid.line };
  const ends = { Home: 0, End: order.length - 1 };
  const wanted = event.key in ends ? ends[event.key] : event.key in moves ? place + moves[event.key] : null;
  if (wanted === null) return false;
  if (wanted >= 0 && wanted < order.length) {
    moveTo(model, view, channelAxis(model, view), order[wanted]);
    app.stepped();
  }
  return true;
}

/**
 * @param {import('./types').App} app
 */
export function step(app, by) {
  stepChannel(app.model, app.view, by);
  app.stepped();
}

const clamp = (value, size) => Math.max(0, Math.min(size - 1, value));
