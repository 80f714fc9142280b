// Draws one bar per channel. Streamlit calls `mount` first, then after every change of the data and of the theme.

import { choices } from "../../streamlit_internals/browser/answers.js";

const SVG = "http://www.w3.org/2000/svg";
const PAUSE = 250; // ms after the last arrow key before the server is notified
const held = new WeakMap(); // state by element; it is kept between calls

export default function mount({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".strip");
  const state = held.get(parentElement) ?? { sent: "", choices: choices() };
  held.set(parentElement, state);
  state.send = (number) => setTriggerValue("chosen", number);
  const sent = JSON.stringify(data);
  if (state.sent !== sent) build(root, state, data);
  state.sent = sent;
  return () => {
    state.choices.end();
    held.delete(parentElement);
  };
}

function make(tag, name, text) {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = text ?? "";
  return element;
}

function build(root, state, data) {
  const count = data.values.length;
  const moved = !state.data || (state.data.chosen !== data.chosen && state.choices.accepts(data.chosen));
  Object.assign(state, { data, root, at: moved || state.at >= count ? data.chosen : state.at });
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${count} 1`);
  svg.setAttribute("preserveAspectRatio", "none");
  state.bars = data.heights.map((height, number) => {
    const bar = document.createElementNS(SVG, "rect");
    const [low, high] = [Math.min(height, data.zero), Math.max(height, data.zero)];
    for (const [name, value] of Object.entries({
      x: number,
      y: 1 - high,
      width: 1,
      height: Math.max(0.004, high - low),
    }))
      bar.setAttribute(name, value);
    return svg.appendChild(bar);
  });
  state.reading = make("span", "reading");
  const head = make("div", "head");
  head.append(make("span", "title", data.title), state.reading);
  const scale = make("div", "scale");
  scale.append(make("span", "", data.ends[1]), make("span", "", data.ends[0]));
  const plot = make("div", "plot");
  plot.append(scale, svg);
  root.replaceChildren(head, plot);
  root.setAttribute("aria-label", data.title);
  root.setAttribute("aria-valuemin", "0");
  root.setAttribute("aria-valuemax", String(count - 1));
  show(state, state.at);
  listen(state, svg, count);
}

function listen(state, svg, count) {
  const under = (event) => {
    const { left, width } = svg.getBoundingClientRect();
    return Math.max(0, Math.min(count - 1, Math.floor(((event.clientX - left) / width) * count)));
  };
  svg.onpointermove = (event) => read(state, under(event));
  svg.onpointerleave = () => read(state, state.at);
  svg.onclick = (event) => choose(state, under(event), 0);
  state.root.onkeydown = (event) => {
    const to = {
      ArrowLeft: state.at - 1,
      ArrowRight: state.at + 1,
      Home: 0,
      End: count - 1,
      PageUp: state.at - 16,
      PageDown: state.at + 16,
    }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    choose(state, Math.max(0, Math.min(count - 1, to)), PAUSE);
  };
}

function choose(state, number, pause) {
  show(state, number);
  state.choices.choose(number, { pause, known: () => state.data.chosen, send: (value) => state.send(value) });
}

function show(state, number) {
  state.bars[state.at]?.classList.remove("chosen");
  state.at = number;
  state.bars[number]?.classList.add("chosen");
  state.root.setAttribute("aria-valuenow", String(number));
  state.root.setAttribute("aria-valuetext", words(state, number));
  read(state, number);
}

const words = ({ data }, number) => `${data.words.channel.replace("{number}", number)}: ${data.values[number]}`;

function read(state, number) {
  state.reading.textContent = words(state, number);
}
