// Draws the wall of gates. Streamlit calls `mount` first, then after every change of the data and of the theme.

const NARROW = 760; // px; on a narrower window the style sheet has the size of the pictures
const LEAST = 48; // px of the side of a picture
const TYPES = [1, 0.92]; // rem; sizes of the type to try, largest first; if the wall does not fit, the page scrolls
const TYPES_PRESENTING = [1, 0.9, 0.8, 0.7]; // rem; likewise in the large type of a stage
const LARGEST = 160; // px
const MARGIN = 10; // px between the wall and the edge of the window

const held = new WeakMap(); // state by element; it is kept between calls

export default function mount({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".gate-wall");
  const state = held.get(parentElement) ?? { marked: null, sent: "" };
  held.set(parentElement, state);
  state.open = (id) => setTriggerValue("chosen", id);
  state.compare = (first, second) => setTriggerValue("pair", [first, second]);
  const { levels, ...plan } = data; // the pixels are named by a digest in the plan
  const sent = JSON.stringify(plan);
  if (state.sent !== sent) build(root, state, data);
  state.sent = sent;
  state.fit ??= listen(root);
  state.fit.now();
  return () => {
    state.fit.stop();
    held.delete(parentElement);
  };
}

/** Fit the wall into the window whenever that changes. */
function listen(root) {
  const now = () => fit(root);
  for (const kind of ["resize", "mergescope:present"]) window.addEventListener(kind, now);
  let width = root.clientWidth;
  const watcher = new ResizeObserver(() => {
    if (Math.abs(root.clientWidth - width) <= 1) return; // its height is what `fit` changes
    width = root.clientWidth;
    now();
  });
  watcher.observe(root);
  const stop = () => {
    watcher.disconnect();
    for (const kind of ["resize", "mergescope:present"]) window.removeEventListener(kind, now);
  };
  return { now, stop };
}

/** Give type and pictures the largest size with which the whole wall is in the window. */
function fit(root) {
  for (const name of ["--side", "--type"]) root.style.removeProperty(name);
  if (window.innerWidth < NARROW) return; // the style sheet has the sizes
  const scrolled = document.querySelector("[data-testid=stMain]")?.scrollTop ?? 0;
  const room = window.innerHeight - root.getBoundingClientRect().top - scrolled - MARGIN;
  const presenting = getComputedStyle(root).getPropertyValue("--mergescope-present").trim() === "1";
  const fits = (side) => {
    root.style.setProperty("--side", `${side}px`);
    return root.getBoundingClientRect().height <= room;
  };
  for (const type of presenting ? TYPES_PRESENTING : TYPES) {
    root.style.setProperty("--type", `${type}rem`);
    if (fits(LEAST)) break;
  }
  let [side, past] = [LEAST, LARGEST];
  while (past - side > 1) {
    const middle = Math.floor((side + past) / 2);
    if (fits(middle)) side = middle;
    else past = middle;
  }
  fits(side);
}

function make(tag, name, text) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
}

function build(root, state, data) {
  state.words = data.words;
  state.marked = null;
  state.images = []; // with what they show, until the pixels are there
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", data.words.wall);
  root.replaceChildren(
    ...data.sections.flatMap((section) => drawSection(state, section)),
    make("p", "hint", data.words.hint),
  );
  state.root = root;
  const { images } = state;
  unpack(data.levels.getChild("v").toArray()).then((levels) => fill(images, levels, data));
}

/** The bytes before they were deflated. */
async function unpack(content) {
  const stream = new Blob([content]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Give each image its picture: each is drawn once for each of its palettes. */
function fill(images, levels, { sizes, palettes }) {
  const starts = [0];
  for (const [rows, columns] of sizes) starts.push(starts.at(-1) + rows * columns);
  const addresses = new Map();
  for (const { image, picture, table } of images) {
    const name = `${picture} ${table}`;
    const pixels = levels.subarray(starts[picture], starts[picture + 1]);
    if (!addresses.has(name)) addresses.set(name, addressOf(pixels, sizes[picture], atob(palettes[table])));
    image.src = addresses.get(name);
  }
}

function addressOf(pixels, [rows, columns], palette) {
  const canvas = make("canvas");
  [canvas.height, canvas.width] = [rows, columns];
  if (!pixels.length) return "";
  const context = canvas.getContext("2d");
  const drawn = context.createImageData(columns, rows);
  pixels.forEach((level, at) => {
    for (let part = 0; part < 3; part++) drawn.data[4 * at + part] = palette.charCodeAt(3 * level + part);
    drawn.data[4 * at + 3] = 255;
  });
  context.putImageData(drawn, 0, 0);
  return canvas.toDataURL();
}

/** The cards of a group; its title is above the first of them, and the others leave as much room. */
function drawSection(state, { title, cards }) {
  return cards.map((card, number) => {
    const unit = make("div", number ? "unit" : "unit first");
    const head = make(number ? "div" : "h2", "group", number ? "" : title);
    head.title = title;
    unit.append(head, drawCard(state, card));
    return unit;
  });
}

function drawCard(state, card) {
  const element = make("article", "card");
  element.dataset.id = card.id;
  element.dataset.title = card.title;
  element.draggable = true;
  const open = make("button", "open");
  open.type = "button";
  open.setAttribute("aria-label", `${state.words.open.replace("{gate}", card.title)}: ${card.equation}`);
  const panels = make("span", "panels");
  panels.append(...card.panels.map((panel) => drawPanel(state, panel)));
  open.append(make("b", "", card.title), panels);
  open.onclick = () => state.open(card.id);
  const foot = make("span", "foot");
  const compare = make("button", "compare", state.words.compare);
  compare.type = "button";
  compare.setAttribute("aria-pressed", "false");
  compare.setAttribute("aria-label", `${state.words.compare}: ${card.title}`);
  compare.onclick = () => mark(state, card.id);
  foot.append(make("span", "note", card.note), compare);
  element.append(open, foot);
  element.ondragstart = (event) => event.dataTransfer.setData("text/plain", `gate:${card.id}`);
  element.ondragover = (event) => event.preventDefault();
  element.ondrop = (event) => {
    event.preventDefault();
    const [kind, id] = event.dataTransfer.getData("text/plain").split(":");
    if (kind === "gate" && id && id !== card.id) state.compare(id, card.id);
  };
  return element;
}

function drawPanel(state, { symbol, picture, table, strip, sign }) {
  const figure = make("span", "panel");
  const image = make("img", strip ? "strip" : "");
  image.alt = "";
  image.draggable = false;
  state.images.push({ image, picture, table });
  figure.append(image, make("span", "symbol", `${sign} ${symbol}`.trim()));
  return figure;
}

/** The first click on Compare marks a gate; the second, on another one, compares the two. */
function mark(state, id) {
  if (state.marked !== null && state.marked !== id) {
    const first = state.marked;
    state.marked = null;
    return state.compare(first, id);
  }
  state.marked = state.marked === id ? null : id;
  const marked = [...state.root.querySelectorAll(".card")].find((card) => card.dataset.id === state.marked);
  for (const card of state.root.querySelectorAll(".card")) {
    const own = card.dataset.id === state.marked;
    const button = card.querySelector(".compare");
    card.classList.toggle("marked", own);
    button.setAttribute("aria-pressed", String(own));
    button.title = marked && !own ? state.words.with.replace("{gate}", marked.dataset.title) : "";
  }
}
