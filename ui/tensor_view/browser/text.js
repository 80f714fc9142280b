// @ts-check
// The line that says what is under the cursor, for eyes and for screen readers.

import { explain, explainReach } from "./arithmetic.js";
import { element } from "./dom.js";
import { boxOfCell } from "./links.js";
import { boxOfMark } from "./marks.js";
import { ownCell } from "./state.js";

const SETTLED = 150; // ms without a new cell before it is read out

/**
 * @param {import('./types').App} app
 */
export function makeText(app) {
  const sum = element("p", { class: "sum" });
  const from = element("p", { class: "from quiet" });
  const live = element("div", { class: "unseen", "aria-live": "polite", role: "status" });
  return { root: element("div", { class: "text" }, sum, from), sum, from, live, waiting: 0, hint: app.words.hint };
}

/**
 * Write out the sum behind the pointed cell, else behind the pinned one.
 * @param {import('./types').App} app
 */
export function writeText(app) {
  const { model, view, text } = app;
  const mark = view.pointed ?? view.pinned;
  if (!mark) return show(text, "", [text.hint], false);
  const panel = model.panels[mark.panel];
  const box = boxOfMark(model, view, mark, app.parts[mark.panel].plan);
  const { sum, from } = explain(model, box, mark.at);
  const reaches = explainReach(model, panel, ownCell(model, mark), box);
  show(text, sum, [reaches || (app.onStage ? shared(app, mark) : ""), ...from].filter(Boolean), !view.playing);
}

/** On a stage, what the pointed output element shares: the weight that all channels have in common. */
function shared({ model }, mark) {
  const input = model.panels.slice(0, -1).find((panel) => panel.paintable);
  const index = input && ownCell(model, { ...mark, panel: input.number });
  return input ? explainReach(model, input, index, boxOfCell(model, input, index)) : "";
}

function show(text, sum, from, announce) {
  if (text.sum.textContent !== sum) [text.sum.textContent, text.sum.title] = [sum, sum];
  const seen = from.join("  ·  ");
  if (text.from.textContent !== seen) [text.from.textContent, text.from.title] = [seen, seen]; // what is cut can be read in full
  clearTimeout(text.waiting);
  if (!announce || !sum) return;
  text.waiting = setTimeout(() => {
    const said = `${sum}. ${from.join(", ")}`;
    if (text.live.textContent !== said) text.live.textContent = said;
  }, SETTLED);
}
