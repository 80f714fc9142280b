// @ts-check
// Mouse, pen and finger on the heatmaps.

import { footCols, footRows } from "./layout.js";

/**
 * Cell under the pointer, in fractions of cells from the middle of the first.
 * @param {import('./types').Part} part
 * @returns {{ row: number, col: number, cell: [number, number] }}
 */
function placeUnder(part, event) {
  const box = part.over.getBoundingClientRect();
  const [rows, cols] = [footRows(part.plan), footCols(part.plan)];
  const row = ((event.clientY - box.top) / box.height) * rows;
  const col = ((event.clientX - box.left) / box.width) * cols;
  const inside = (value, count) => Math.max(0, Math.min(count - 1, Math.floor(value)));
  return { row: row - 0.5, col: col - 0.5, cell: [inside(row, rows), inside(col, cols)] };
}

/**
 * @param {import('./types').App} app
 * @param {import('./types').Part} part
 */
const isPainting = (app, part) => part.panel.paintable && app.view.tool !== "point";

/**
 * Listen on one panel. Handlers are assigned, not added: building a view twice must not listen twice.
 * @param {import('./types').App} app
 * @param {import('./types').Part} part
 */
export function listenToPointer(app, part) {
  const { over } = part;
  over.onpointerdown = (event) => {
    if (event.button > 0 || !event.isPrimary) return;
    const place = placeUnder(part, event);
    app.pointAt(part, ...place.cell);
    if (!isPainting(app, part)) return;
    over.setPointerCapture(event.pointerId);
    app.player.stop(true);
    app.brush.begin(part, place);
  };
  over.onpointermove = (event) => {
    if (app.brush.active()) {
      const steps = event.getCoalescedEvents?.() ?? [];
      for (const one of steps.length ? steps : [event]) app.brush.move(placeUnder(part, one));
    }
    app.pointAt(part, ...placeUnder(part, event).cell);
  };
  over.onpointerup = over.onpointercancel = () => app.brush.end();
  over.onlostpointercapture = () => app.brush.end();
  over.onpointerleave = (event) => {
    if (event.pointerType === "mouse" && !app.brush.active()) app.pointAway();
  };
  over.onclick = (event) => {
    if (!isPainting(app, part)) app.pin(part, ...placeUnder(part, event).cell);
  };
  over.onfocus = () => {
    if (over.matches(":focus-visible")) app.pointAt(part, app.cursorOf(part).row, app.cursorOf(part).col, true);
  };
  over.onblur = () => app.pointAway();
}
