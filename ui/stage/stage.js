// What the page does for a speaker: language, keys, the stage, a pointer, a blank screen, the QR code.
// It has no elements of its own in the page's flow.

const root = document.documentElement;
const PRESENT = "data-mergescope-present";
const POINTER = "data-mergescope-pointer";
const READY = "data-mergescope-stage"; // this script runs: from now on it says whether the page is a stage
const NEAR = "data-mergescope-near"; // the pointer is near an edge, where controls are shown
const EDGE = 0.14; // of the window's height
const SETTLING = 2500; // ms for which what was in view is kept there while the page is drawn anew
const BUTTONS = { ArrowRight: "story_next", ArrowLeft: "story_back" }; // by key; a button is found by its class
const CLICKER = { PageDown: "story_next", PageUp: "story_back" }; // what a presenter's remote sends
const OWN_ARROWS = ["slider", "radio", "tab", "option", "menuitem", "spinbutton", "combobox", "listbox", "gridcell"];
const NOT_TEXT = ["button", "checkbox", "radio", "range", "submit", "color", "file"];

let now = null; // the last data
let owner = null; // the mount that listens
let wanted = null; // the form asked for by a key, until Python says the same
let full = false; // whether the whole screen was asked for
let ask = null; // asks Python for the QR code
let waiting = null; // which QR code was asked for last

function stage({ data, parentElement, setStateValue }) {
  now = data;
  ask = (value) => setStateValue("code", value);
  root.lang = data.lang;
  addParts();
  if (wanted === null || wanted === data.present) {
    wanted = null;
    present(data.present);
  }
  root.toggleAttribute(READY, true);
  if (owner === null) listen(true);
  owner = parentElement;
  if (data.code && data.asked === waiting) showCode();
  return () => {
    if (owner !== parentElement) return;
    listen(false);
    owner = null;
  };
}

function listen(on) {
  const change = on ? "addEventListener" : "removeEventListener";
  document[change]("keydown", onKey);
  document[change]("fullscreenchange", onFullScreen);
  document[change]("click", onUndoClick, true);
  window[change]("pointermove", movePointer, true);
}

/** The pointer, the curtain and the QR code; once for the life of the page. */
function addParts() {
  const pointer = part("div", "mergescope-pointer", document.body);
  pointer.setAttribute("aria-hidden", "true");
  const curtain = part("div", "mergescope-curtain", document.body);
  curtain.setAttribute("role", "img");
  curtain.setAttribute("aria-label", now.words.blank);
  curtain.onclick = () => {
    curtain.hidden = true;
  };
  const code = part("div", "mergescope-code", document.body);
  code.setAttribute("role", "dialog");
  code.setAttribute("aria-label", now.words.code);
  code.onclick = () => {
    code.hidden = true;
  };
}

function part(tag, id, parent) {
  const found = document.getElementById(id);
  if (found) return found;
  const made = Object.assign(document.createElement(tag), { id, hidden: true });
  parent.append(made);
  return made;
}

const curtain = () => document.getElementById("mergescope-curtain");
const code = () => document.getElementById("mergescope-code");

/** Ask Python for the code of the page as it is now. */
function askForCode() {
  waiting = performance.now();
  ask(waiting);
}

function showCode() {
  waiting = null;
  const { picture, address, note } = now.code;
  const parts = [];
  if (picture)
    parts.push(
      Object.assign(document.createElement("img"), {
        src: `data:image/svg+xml,${encodeURIComponent(picture)}`,
        alt: now.words.code,
      }),
    );
  for (const text of [address, note, now.words.close].filter(Boolean))
    parts.push(Object.assign(document.createElement("p"), { textContent: text }));
  code().replaceChildren(...parts);
  code().hidden = false;
}

function present(on) {
  if (on === root.hasAttribute(PRESENT)) return;
  const restore = keepInView();
  root.toggleAttribute(PRESENT, on);
  root.toggleAttribute(POINTER, on);
  window.dispatchEvent(new Event("mergescope:present")); // views fit themselves into the window
  restore();
  document.getElementById("mergescope-pointer").hidden = true; // until it moves
  if (on) return;
  curtain().hidden = true;
  if (full && document.fullscreenElement) document.exitFullscreen();
  full = false;
}

/** Remember what is in the middle of the window. Returns what brings it back there until the page has settled. */
function keepInView() {
  const holder = document.querySelector("[data-testid=stMain]");
  const block = document.querySelector("[data-testid=stMainBlockContainer]");
  if (!holder || !block || holder.scrollTop < 8) return () => {};
  const middle = holder.clientHeight / 2;
  const all = [...block.querySelectorAll("[data-testid=stElementContainer], [data-testid=stLayoutWrapper]")];
  const part = all.filter((one) => covers(one, middle)).at(-1);
  if (!part) return () => {};
  const box = part.getBoundingClientRect();
  const share = (middle - box.top) / Math.max(1, box.height);
  const put = () => {
    const box = part.getBoundingClientRect();
    if (part.isConnected && box.height) holder.scrollTop += box.top + share * box.height - holder.clientHeight / 2;
  };
  return () => {
    put();
    const watcher = new ResizeObserver(put);
    watcher.observe(block);
    const stop = () => watcher.disconnect();
    for (const kind of ["wheel", "pointerdown", "keydown"])
      window.addEventListener(kind, stop, { once: true, passive: true });
    setTimeout(stop, SETTLING);
  };
}

function covers(part, y) {
  const { top, bottom } = part.getBoundingClientRect();
  return top <= y && bottom >= y;
}

/** By hand: at once in the browser, so that it works while the server is unreachable, and then in the link. */
function turn(on) {
  wanted = on;
  present(on);
  if (on) {
    full = true;
    root.requestFullscreen?.().catch(() => {
      full = false;
    });
  }
  press("present_button");
}

/** Esc leaves the full screen without a keydown event. */
function onFullScreen() {
  if (document.fullscreenElement || !full) return;
  full = false;
  if (root.hasAttribute(PRESENT)) turn(false);
}

function movePointer(event) {
  if (!root.hasAttribute(PRESENT)) return;
  showControls(event.clientY);
  if (!root.hasAttribute(POINTER)) return;
  const pointer = document.getElementById("mergescope-pointer");
  pointer.hidden = false;
  pointer.toggleAttribute("data-small", event.composedPath()[0].tagName === "CANVAS"); // there a frame marks the element
  pointer.style.translate = `${event.clientX}px ${event.clientY}px`;
}

function showControls(y) {
  const near = Math.min(y, window.innerHeight - y) < EDGE * window.innerHeight;
  if (near === root.hasAttribute(NEAR)) return;
  root.toggleAttribute(NEAR, near);
  window.dispatchEvent(new CustomEvent("mergescope:near", { detail: near }));
}

/** A view takes back a stroke before the page takes back a change: one Undo for both. */
const strokeTakenBack = () => !window.dispatchEvent(new CustomEvent("mergescope:undo", { cancelable: true }));

function onUndoClick(event) {
  if (!event.isTrusted || !event.target.closest?.(".st-key-undo button") || !strokeTakenBack()) return;
  event.preventDefault();
  event.stopPropagation();
}

function onKey(event) {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  if (!curtain().hidden) {
    if (!["Shift", "Control", "Meta"].includes(event.key)) curtain().hidden = true;
    event.preventDefault();
    return;
  }
  if (!code().hidden) {
    if (["Escape", "q", "Q"].includes(event.key)) code().hidden = true;
    event.preventDefault();
    return;
  }
  const used = event.ctrlKey || event.metaKey ? undoKey(event) : plainKey(event);
  if (used) event.preventDefault();
}

function undoKey(event) {
  const key = event.key.toLowerCase();
  if (inText(event) || (key !== "z" && key !== "y")) return false;
  const redo = key === "y" || event.shiftKey;
  if (redo || !strokeTakenBack()) press(redo ? "redo" : "undo");
  return true;
}

function plainKey(event) {
  const presenting = root.hasAttribute(PRESENT);
  const button = BUTTONS[event.key] ?? (presenting ? CLICKER[event.key] : undefined);
  if (button) return !event.shiftKey && !hasArrows(event) && press(button);
  if (event.repeat || inText(event) || hasLetters(event)) return false;
  const key = event.key.toLowerCase();
  if (key === "p") turn(!presenting);
  else if (key === "q") askForCode();
  else if (!presenting) return false;
  else if (key === "b" || key === ".") curtain().hidden = false;
  else if (key === "l") togglePointer();
  else if (key === "escape" && !document.querySelector("[role=listbox], [role=dialog]:not([hidden])")) turn(false);
  else return false;
  return true;
}

function togglePointer() {
  root.toggleAttribute(POINTER);
  document.getElementById("mergescope-pointer").hidden = true;
}

/** Press the button that the page has for it, if it has one and it can be pressed. */
function press(name) {
  /** @type {HTMLButtonElement | null} */
  const button = document.querySelector(`.st-key-${name} button:not(:disabled)`);
  button?.click();
  return Boolean(button);
}

const targetOf = (event) => event.composedPath()[0];
const roleOf = (target) => target.getAttribute?.("role") ?? "";

/** Where letters are typed and Ctrl+Z takes back typing. A menu without typed letters is none. */
function inText(event) {
  const target = targetOf(event);
  if (target.isContentEditable || target.tagName === "TEXTAREA") return true;
  if (target.tagName !== "INPUT" || NOT_TEXT.includes(target.type)) return false;
  return roleOf(target) !== "combobox" || target.value !== "";
}

const hasLetters = (event) => targetOf(event).tagName === "SELECT" || roleOf(targetOf(event)) === "combobox";

function hasArrows(event) {
  const target = targetOf(event);
  return (
    ["INPUT", "TEXTAREA", "SELECT", "CANVAS"].includes(target.tagName) ||
    target.isContentEditable ||
    OWN_ARROWS.includes(roleOf(target))
  );
}
