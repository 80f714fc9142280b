// @ts-check
// The slice on screen as a table of numbers, for screen readers.

import { chooser, element } from "./dom.js";
import { cellAt } from "./links.js";
import { isDrawable, valueAt } from "./model.js";
import { fill, written } from "./numbers.js";

const MOST = 40; // rows and columns; a page of 65,536 cells would not help

/**
 * @param {import('./types').App} app
 */
export function makeTable(app) {
  const { words, parts } = app;
  const drawable = parts.filter(({ panel }) => isDrawable(panel));
  const holder = element("div", { class: "grid", tabindex: "0", role: "region", "aria-label": words.table });
  const root = element("details", { class: "numbers" }, element("summary", {}, words.table));
  const table = { root, holder, panel: drawable.at(-1) };
  if (!drawable.length) return table;
  const options = drawable.map(({ panel }) => [panel.number, panel.title]);
  const choose = (number) => {
    table.panel = parts[Number(number)];
    fillTable(app, table);
  };
  root.append(chooser(words.panel, options, table.panel.panel.number, choose), holder);
  root.ontoggle = () => fillTable(app, table);
  return table;
}

/**
 * Write the numbers, only while the table is open.
 * @param {import('./types').App} app
 */
export function fillTable(app, table) {
  if (!table.root.open || !table.panel) return;
  const { model, view, words } = app;
  const { panel, plan } = table.panel;
  const index = cellAt(model, panel, view.at).index.slice();
  const [rows, cols] = [Math.min(plan.rows, MOST), Math.min(plan.cols, MOST)];
  const head = element("tr", {}, element("td"));
  for (let col = 0; col < cols; col++) head.append(element("th", { scope: "col" }, col));
  const body = element("tbody");
  for (let row = 0; row < rows; row++) {
    const line = element("tr", {}, element("th", { scope: "row" }, row));
    for (let col = 0; col < cols; col++) {
      if (plan.rowAxis >= 0) index[plan.rowAxis] = row;
      if (plan.colAxis >= 0) index[plan.colAxis] = col;
      line.append(element("td", {}, written(valueAt(panel, index))));
    }
    body.append(line);
  }
  const cut = rows < plan.rows || cols < plan.cols;
  const caption = cut ? `${panel.title} · ${fill(words.table_cut, { rows, cols })}` : panel.title;
  table.holder.replaceChildren(element("table", {}, element("caption", {}, caption), element("thead", {}, head), body));
}
