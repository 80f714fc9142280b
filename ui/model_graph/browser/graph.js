// Draws the graph. Streamlit calls `mount` first, then after every change of the data and of the theme.

const SVG = "http://www.w3.org/2000/svg";
const MOST = 2.5; // zoom
const READABLE = 0.62; // smallest zoom at which names can be read
const MARGIN = 20; // pixels below the picture that stay free in the window
const pen = document.createElement("canvas").getContext("2d"); // to measure texts
const held = new WeakMap(); // state by element; it is kept between calls

export default function mount({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".model-graph");
  const state = held.get(parentElement) ?? begin(root, parentElement);
  state.choose = (id) => setTriggerValue("chosen", id);
  const sent = JSON.stringify(data);
  if (state.sent !== sent) build(state, data, state.sent);
  state.sent = sent;
  return () => {
    state.watcher.disconnect();
    for (const kind of ["resize", "mergescope:present"]) window.removeEventListener(kind, state.onWindow);
    held.delete(parentElement);
  };
}

function begin(root, parent) {
  const state = { root, view: null, at: null };
  state.watcher = new ResizeObserver(() => state.view && resize(state));
  state.watcher.observe(root);
  state.onWindow = () => state.view && resize(state, true);
  for (const kind of ["resize", "mergescope:present"]) window.addEventListener(kind, state.onWindow);
  held.set(parent, state);
  return state;
}

function make(tag, attributes, text) {
  const element = tag.startsWith("html:") ? document.createElement(tag.slice(5)) : document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes ?? {})) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text; // names of layers are untrusted: never as markup
  return element;
}

function build(state, data, before) {
  const { root } = state;
  const same = before && sameGraph(JSON.parse(before), data);
  const style = getComputedStyle(root);
  state.fonts = {
    name: `600 12.5px ${style.fontFamily}`,
    detail: `11px ${style.getPropertyValue("--st-code-font").trim() || "monospace"}`,
    tag: `600 11.5px ${style.fontFamily}`,
  }; // as style.css
  state.data = data;
  state.boxes = new Map(data.nodes.map((node) => [node.id, node]));
  const focused = root.getRootNode().activeElement?.dataset?.id;
  state.svg = make("svg", { role: "group", "aria-label": data.words.graph });
  state.scene = state.svg.appendChild(make("g"));
  const lines = state.scene.appendChild(make("g", { "aria-hidden": "true" }));
  state.lines = data.edges.map((edge) => ({ ...edge, element: lines.appendChild(line(edge, data.rightwards)) }));
  state.elements = new Map(data.nodes.map((node) => [node.id, state.scene.appendChild(box(state, node))]));
  const labels = state.scene.appendChild(make("g", { "aria-hidden": "true", class: "tags" })); // above the boxes
  data.edges.filter((edge) => edge.at).forEach((edge) => labels.appendChild(tag(state, edge)));
  root.replaceChildren(state.svg, bar(state)); // the bar lies over a corner of the picture
  const at = same && state.at ? state.at : (data.nodes.find((node) => node.chosen) ?? data.nodes[0])?.id;
  rove(state, at);
  resize(state, !same);
  listen(state);
  if (focused && state.elements.has(focused)) state.elements.get(focused).focus({ preventScroll: true });
}

const sameGraph = (before, now) =>
  JSON.stringify(before.nodes.map(({ id }) => id)) === JSON.stringify(now.nodes.map(({ id }) => id));

function line({ points, strong }, rightwards) {
  const [first, ...rest] = points;
  let path = `M${first}`;
  rest.reduce(([x0, y0], [x, y]) => {
    path += rightwards
      ? ` C${(x0 + x) / 2},${y0} ${(x0 + x) / 2},${y} ${x},${y}`
      : ` C${x0},${(y0 + y) / 2} ${x},${(y0 + y) / 2} ${x},${y}`;
    return [x, y];
  }, first);
  return make("path", { d: path, class: strong ? "line strong" : "line" });
}

function tag(state, { at: [x, y], label, broadcast }) {
  const group = make("g", { class: broadcast ? "tag broadcast" : "tag", transform: `translate(${x},${y})` });
  pen.font = state.fonts.tag;
  const width = Math.ceil(pen.measureText(label).width) + 10;
  group.append(
    make("rect", { x: -width / 2, y: -9, width, height: 18, rx: 4 }),
    make("text", { y: 4, "text-anchor": "middle" }, label),
  );
  return group;
}

function box(state, node) {
  const { width, height } = state.data.box;
  const kind = ["box", node.kind, node.chosen ? "chosen" : "", node.pick ? "pick" : ""].join(" ").trim();
  const group = make("g", {
    class: kind,
    transform: `translate(${node.x - width / 2},${node.y - height / 2})`,
    role: "button",
    tabindex: -1,
    "aria-label": node.words,
    "data-id": node.id,
  });
  if (!node.pick) group.setAttribute("aria-disabled", "true");
  if (node.chosen) group.setAttribute("aria-current", "true");
  const left = node.image ? 8 : node.sign ? 42 : 12;
  const top = node.image ? height - 44 : 0; // a picture is above the two lines
  const [cx, cy] = node.image ? [width - 19, top + 8] : [22, height / 2];
  group.append(make("title", {}, node.words), make("rect", { width, height, rx: 8 }));
  if (node.image)
    group.append(
      make("image", {
        href: node.image,
        x: 6,
        y: 6,
        width: width - 12,
        height: top - 8,
        preserveAspectRatio: node.fill ? "none" : "xMidYMid meet",
      }),
    );
  if (node.sign)
    group.append(
      make("circle", { cx, cy, r: 13 }),
      make(
        "text",
        { x: cx, y: cy + 5, class: node.sign.length > 1 ? "sign word" : "sign", "text-anchor": "middle" },
        node.sign,
      ),
    );
  group.append(
    make("text", { x: left, y: top + 18, class: "name" }, fit(node.title, width - left - 8, state.fonts.name)),
    make("text", { x: left, y: top + 35, class: "detail" }, fit(node.detail, width - left - 8, state.fonts.detail)),
  );
  group.onclick = () => state.dragged || pick(state, node);
  group.onfocus = () => rove(state, node.id);
  group.onpointerenter = () => light(state, node.id);
  group.onpointerleave = () => light(state, null);
  return group;
}

/** Shortens a name in the middle: layers of one block differ at both ends. */
function fit(text, width, font) {
  pen.font = font;
  const signs = [...text];
  const cut = (most) =>
    `${signs.slice(0, Math.ceil(most * 0.45)).join("")}…${signs.slice(signs.length - most + Math.ceil(most * 0.45)).join("")}`;
  const fits = (written) => pen.measureText(written).width <= width;
  if (fits(text)) return text;
  let [most, past] = [1, signs.length];
  while (past - most > 1) {
    const middle = (most + past) >> 1;
    if (fits(cut(middle))) most = middle;
    else past = middle;
  }
  return cut(most);
}

function bar(state) {
  const { words } = state.data;
  const group = make("html:div", { class: "bar", role: "group", "aria-label": words.zoom });
  const buttons = [
    ["−", words.smaller, () => zoom(state, 1 / 1.3)],
    ["+", words.larger, () => zoom(state, 1.3)],
    ["⤢", words.whole, () => fitAll(state)],
  ];
  for (const [sign, name, act] of buttons) {
    const button = group.appendChild(make("html:button", { type: "button", "aria-label": name, title: name }, sign));
    button.onclick = act;
  }
  if (state.data.hint) group.append(make("html:span", { class: "hint" }, words.hint));
  return group;
}

function pick(state, node) {
  rove(state, node.id);
  if (node.pick && !node.chosen) state.choose(node.pick);
}

/** One box at a time can be reached with Tab; arrow keys go from box to box. */
function rove(state, id) {
  if (!state.elements?.has(id)) return;
  state.elements.get(state.at)?.setAttribute("tabindex", "-1");
  state.at = id;
  state.elements.get(id).setAttribute("tabindex", "0");
  light(state, state.root.getRootNode().activeElement === state.elements.get(id) ? id : null);
}

function light(state, id) {
  for (const { from, to, element } of state.lines)
    element.classList.toggle("lit", id !== null && (from === id || to === id));
}

function next(state, key) {
  const here = state.boxes.get(state.at);
  const [onwards, back] = state.data.rightwards ? ["ArrowRight", "ArrowLeft"] : ["ArrowDown", "ArrowUp"];
  const [along, across] = state.data.rightwards ? ["y", "x"] : ["x", "y"];
  const ends = { [back]: ["to", "from"], [onwards]: ["from", "to"] }[key];
  const near = (list) => list.sort((a, b) => Math.abs(a[along] - here[along]) - Math.abs(b[along] - here[along]))[0];
  if (ends)
    return near(
      state.data.edges.filter((edge) => edge[ends[0]] === here.id).map((edge) => state.boxes.get(edge[ends[1]])),
    );
  const side = key === "ArrowLeft" || key === "ArrowUp" ? -1 : 1;
  return near(
    state.data.nodes.filter((node) => node[across] === here[across] && (node[along] - here[along]) * side > 0),
  );
}

function listen(state) {
  const { svg } = state;
  svg.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const node = event.key.startsWith("Arrow") ? next(state, event.key) : null;
    const act = {
      Enter: () => pick(state, state.boxes.get(state.at)),
      " ": () => pick(state, state.boxes.get(state.at)),
      "+": () => zoom(state, 1.3),
      "=": () => zoom(state, 1.3),
      "-": () => zoom(state, 1 / 1.3),
      0: () => fitAll(state),
    }[event.key];
    if (!event.key.startsWith("Arrow") && !act) return;
    event.preventDefault();
    if (act) act();
    if (!node) return;
    show(state, node);
    state.elements.get(node.id).focus({ preventScroll: true });
  };
  svg.onwheel = (event) => {
    if (!event.ctrlKey && !event.metaKey) return; // the page scrolls; a pinch is reported as Ctrl + wheel
    event.preventDefault();
    const { left, top } = svg.getBoundingClientRect();
    zoom(state, Math.exp(-event.deltaY / 200), event.clientX - left, event.clientY - top);
  };
  const fingers = new Map();
  svg.onpointerdown = (event) => {
    fingers.set(event.pointerId, [event.clientX, event.clientY]);
    state.dragged = false;
  };
  svg.onpointermove = (event) => fingers.has(event.pointerId) && drag(state, fingers, event);
  svg.onpointerup = svg.onpointercancel = svg.onpointerleave = (event) => fingers.delete(event.pointerId);
}

function drag(state, fingers, event) {
  const [x, y] = fingers.get(event.pointerId);
  const dx = event.clientX - x;
  const dy = event.clientY - y;
  if (!state.dragged && Math.hypot(dx, dy) < 5) return; // a small movement still counts as a click
  if (!state.dragged && fingers.size === 1) state.svg.setPointerCapture(event.pointerId);
  state.dragged = true;
  const others = [...fingers].filter(([id]) => id !== event.pointerId);
  fingers.set(event.pointerId, [event.clientX, event.clientY]);
  if (!others.length) return move(state, { ...state.view, x: state.view.x + dx, y: state.view.y + dy });
  const [ox, oy] = others[0][1];
  const { left, top } = state.svg.getBoundingClientRect();
  zoom(
    state,
    Math.hypot(event.clientX - ox, event.clientY - oy) / Math.max(1, Math.hypot(x - ox, y - oy)),
    ox - left,
    oy - top,
  );
}

/** Pixels from the top of the picture to the bottom of the window, wherever the page is scrolled to. */
function room(state) {
  const scroller = state.root.getRootNode().host?.closest("[data-testid=stMain]");
  const top = state.root.getBoundingClientRect().top + (scroller?.scrollTop ?? 0);
  return window.innerHeight - top - MARGIN;
}

function resize(state, anew = false) {
  const width = Math.max(200, state.root.clientWidth);
  if (!anew && width === state.width) return move(state, state.view);
  const { data } = state;
  state.width = width;
  const down = (data.most - 32) / data.height; // the zoom at which all of it is seen; one too long to read is scrolled
  const across = width / (data.width + 32);
  const scale = Math.min(1, Math.max(READABLE, down < READABLE ? across : Math.min(across, down)));
  state.height = Math.min(Math.max(data.least, Math.min(data.most, room(state))), data.height * scale + 32);
  state.svg.setAttribute("height", state.height);
  state.svg.setAttribute("width", width);
  const { x, y } = data.nodes.find((node) => node.chosen) ?? { x: data.width / 2, y: data.height / 2 };
  const offset = (size, all, at) =>
    all * scale + 32 <= size + 1
      ? (size - all * scale) / 2
      : Math.min(16, Math.max(size - all * scale - 16, size / 2 - at * scale));
  move(state, { scale, x: offset(width, data.width, x), y: offset(state.height, data.height, y) });
}

function least(state) {
  return Math.min(1, (state.width - 32) / state.data.width, (state.height - 32) / state.data.height);
}

function fitAll(state) {
  const scale = least(state);
  move(state, {
    scale,
    x: (state.width - state.data.width * scale) / 2,
    y: (state.height - state.data.height * scale) / 2,
  });
}

function zoom(state, factor, x = state.width / 2, y = state.height / 2) {
  const { view } = state;
  const scale = Math.min(MOST, Math.max(least(state), view.scale * factor));
  const part = scale / view.scale;
  move(state, { scale, x: x - (x - view.x) * part, y: y - (y - view.y) * part });
}

function show(state, node) {
  const { view, width, height } = state;
  const inside = (at, size, all) => (at < all * 0.15 || at + size > all * 0.85 ? all / 2 - at - size / 2 : 0);
  const { box } = state.data;
  const left = view.x + (node.x - box.width / 2) * view.scale;
  const top = view.y + (node.y - box.height / 2) * view.scale;
  move(state, {
    ...view,
    x: view.x + inside(left, box.width * view.scale, width),
    y: view.y + inside(top, box.height * view.scale, height),
  });
}

/** A corner of the graph always stays visible. */
function move(state, { scale, x, y }) {
  const keep = (at, all, size) => Math.min(size - 60, Math.max(60 - all * scale, at));
  state.view = { scale, x: keep(x, state.data.width, state.width), y: keep(y, state.data.height, state.height) };
  state.scene.setAttribute("transform", `translate(${state.view.x},${state.view.y}) scale(${scale})`);
  state.svg.classList.toggle("far", scale < READABLE * 0.8);
}
