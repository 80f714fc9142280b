// Draws the list of merges. Streamlit calls `mount` first, then after every change of the data and of the theme.

import { choices } from "../../../streamlit_internals/browser/answers.js";

const PAUSE = 350; // ms after the last arrow key before the server is notified
const LEAST = 240; // smallest height of the list [pixels]
const MARGIN = 20; // pixels below the list that stay free in the window
const held = new WeakMap();

export default function mount({ data, parentElement, setTriggerValue }) {
  const list = parentElement.querySelector("ul");
  const state = held.get(parentElement) ?? { at: -1, choices: choices(), sent: "" };
  held.set(parentElement, state);
  state.send = (id) => setTriggerValue("chosen", id);
  const sent = JSON.stringify(data);
  if (state.sent !== sent) build(list, state, data);
  state.sent = sent;
  state.fit ??= () => fit(list);
  for (const kind of ["resize", "mergescope:present"]) window.addEventListener(kind, state.fit); // added once
  state.fit();
  return () => {
    state.choices.end();
    for (const kind of ["resize", "mergescope:present"]) window.removeEventListener(kind, state.fit);
    held.delete(parentElement);
  };
}

/** As high as there is room in the window, wherever the page is scrolled to; longer lists scroll. */
function fit(list) {
  const scroller = list.getRootNode().host?.closest("[data-testid=stMain]");
  const top = list.getBoundingClientRect().top + (scroller?.scrollTop ?? 0);
  list.style.maxHeight = `${Math.max(LEAST, window.innerHeight - top - MARGIN)}px`;
}

function make(tag, name, text) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text; // names of layers are untrusted: never as markup
  return element;
}

function build(list, state, data) {
  const before = state.data;
  state.data = data;
  list.setAttribute("aria-label", data.words.list);
  list.replaceChildren(...data.rows.map((row, index) => item(list, state, row, index)));
  list.onkeydown = (event) => key(list, state, event);
  const chosen = chosenId(data);
  const moved = !before || (chosenId(before) !== chosen && state.choices.accepts(chosen));
  if (moved || state.at >= data.rows.length) state.at = data.rows.findIndex((row) => row.chosen);
  mark(list, state, moved);
}

const chosenId = (data) => data.rows.find((row) => row.chosen)?.id;

function item(list, state, row, index) {
  const element = make("li", row.fault ? "fault" : "");
  element.id = `merge-${index}`;
  element.setAttribute("role", "option");
  element.setAttribute("aria-selected", String(row.chosen));
  element.append(picture(row), text(row));
  element.onclick = () => {
    state.at = index;
    mark(list, state);
    choose(state, 0);
  };
  return element;
}

function picture(row) {
  if (!row.thumb) return make("span", row.sign.length > 1 ? "sign word" : "sign", row.sign);
  const image = make("img");
  image.src = row.thumb;
  image.alt = "";
  return image;
}

function text(row) {
  const body = make("span", "body");
  const head = make("span", "head");
  head.append(make("b", "", row.name), make("span", "operation", row.operation));
  const shapes = make("span", "shapes");
  row.shapes.forEach((sizes, number) => {
    const last = number === row.shapes.length - 1;
    const part = make("span", last ? "part output" : "part");
    if (number) part.append(make("span", "between", last ? "→ " : `${row.between} `));
    part.append(shape(sizes));
    shapes.append(part, " ");
  });
  body.append(head, shapes);
  if (row.note) body.append(make("span", "note", row.note));
  return body;
}

function shape(sizes) {
  const whole = make("span", "shape", "(");
  sizes.forEach(({ size, role }, axis) => {
    if (axis) whole.append(", ");
    whole.append(role ? make("em", role, size) : size);
  });
  whole.append(sizes.length === 1 ? ",)" : ")");
  return whole;
}

function mark(list, state, show = true) {
  const items = [...list.children];
  items.forEach((element, index) => element.classList.toggle("at", index === state.at));
  const here = items[state.at];
  if (!here) return list.removeAttribute("aria-activedescendant");
  list.setAttribute("aria-activedescendant", here.id);
  if (!show) return;
  if (here.offsetTop < list.scrollTop) list.scrollTop = here.offsetTop - 4;
  const below = here.offsetTop + here.offsetHeight;
  if (below > list.scrollTop + list.clientHeight) list.scrollTop = below - list.clientHeight + 4;
}

function key(list, state, event) {
  const last = state.data.rows.length - 1;
  const to = {
    ArrowUp: state.at - 1,
    ArrowDown: state.at + 1,
    Home: 0,
    End: last,
    PageUp: state.at - 6,
    PageDown: state.at + 6,
    Enter: state.at,
    " ": state.at,
  }[event.key];
  if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  state.at = Math.max(0, Math.min(last, to));
  mark(list, state);
  choose(state, event.key === "Enter" || event.key === " " ? 0 : PAUSE);
}

function choose(state, pause) {
  const row = state.data.rows[state.at];
  if (row) state.choices.choose(row.id, { pause, known: () => chosenId(state.data), send: (id) => state.send(id) });
}
