// What the page itself does for a speaker: language, keys, a clean screen, a pointer, a blank screen.
// It has no elements of its own in the page's flow; it runs in the page, not in a frame.

const root = document.documentElement;
const PRESENT = "data-mergescope-present";
const POINTER = "data-mergescope-pointer";
const BUTTONS = { ArrowRight: "story_next", ArrowLeft: "story_back" }; // by key; a button is found by its class
const CLICKER = { PageDown: "story_next", PageUp: "story_back" }; // what a presenter's remote sends
const OWN_ARROWS = ["slider", "radio", "tab", "option", "menuitem", "spinbutton", "combobox", "listbox", "gridcell"];
const NOT_TEXT = ["button", "checkbox", "radio", "range", "submit", "color", "file"];

let now = null; // the last data
let owner = null; // the mount that listens
let wanted = null; // the form asked for by a key, until Python says the same
let full = false; // whether the whole screen was asked for

export default function stage({ data, parentElement }) {
  now = data;
  root.lang = data.lang;
  addParts();
  if (wanted === null || wanted === data.present) {
    wanted = null;
    present(data.present);
  }
  if (owner === null) listen(true);
  owner = parentElement;
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
  window[change]("pointermove", movePointer, true);
}

/** A style sheet, the pointer and the curtain; once for the life of the page. */
function addParts() {
  part("style", "mergescope-stage-style", document.head).textContent = now.style;
  const pointer = part("div", "mergescope-pointer", document.body);
  pointer.setAttribute("aria-hidden", "true");
  const curtain = part("div", "mergescope-curtain", document.body);
  curtain.setAttribute("role", "img");
  curtain.setAttribute("aria-label", now.words.blank);
  curtain.onclick = () => { curtain.hidden = true; }; // prettier-ignore
}

function part(tag, id, place) {
  const found = document.getElementById(id);
  if (found) return found;
  const made = Object.assign(document.createElement(tag), { id, hidden: true });
  place.append(made);
  return made;
}

const curtain = () => document.getElementById("mergescope-curtain");

function present(on) {
  if (on === root.hasAttribute(PRESENT)) return;
  root.toggleAttribute(PRESENT, on);
  root.toggleAttribute(POINTER, on);
  document.getElementById("mergescope-pointer").hidden = true; // until it moves
  if (on) return;
  curtain().hidden = true;
  if (full && document.fullscreenElement) document.exitFullscreen();
  full = false;
}

/** By hand: at once in the browser, so that it works while the server is away, and then in the link. */
function turn(on) {
  wanted = on;
  present(on);
  if (on) {
    full = true;
    root.requestFullscreen?.().catch(() => { full = false; }); // prettier-ignore
  }
  press("present_button");
}

/** Esc leaves the full screen without telling of the key. */
function onFullScreen() {
  if (document.fullscreenElement || !full) return;
  full = false;
  if (root.hasAttribute(PRESENT)) turn(false);
}

function movePointer(event) {
  if (!root.hasAttribute(POINTER)) return;
  const pointer = document.getElementById("mergescope-pointer");
  pointer.hidden = false;
  pointer.style.translate = `${event.clientX}px ${event.clientY}px`;
}

function onKey(event) {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  if (!curtain().hidden) {
    if (!["Shift", "Control", "Meta"].includes(event.key)) curtain().hidden = true;
    event.preventDefault();
    return;
  }
  const used = event.ctrlKey || event.metaKey ? undoKey(event) : plainKey(event);
  if (used) event.preventDefault();
}

function undoKey(event) {
  const key = event.key.toLowerCase();
  if (inText(event) || (key !== "z" && key !== "y")) return false;
  press(key === "y" || event.shiftKey ? "redo" : "undo");
  return true;
}

function plainKey(event) {
  const presenting = root.hasAttribute(PRESENT);
  const button = BUTTONS[event.key] ?? (presenting ? CLICKER[event.key] : undefined);
  if (button) return !event.shiftKey && !hasArrows(event) && press(button);
  if (event.repeat || inText(event) || hasLetters(event)) return false;
  const key = event.key.toLowerCase();
  if (key === "p") turn(!presenting);
  else if (!presenting) return false;
  else if (key === "b" || key === ".") curtain().hidden = false;
  else if (key === "l") togglePointer();
  else if (key === "escape" && !document.querySelector("[role=listbox], [role=dialog]")) turn(false);
  else return false;
  return true;
}

function togglePointer() {
  root.toggleAttribute(POINTER);
  document.getElementById("mergescope-pointer").hidden = true;
}

/** Press the button that the page has for it, if it has one and it can be pressed. */
function press(name) {
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
  return ["INPUT", "TEXTAREA", "SELECT", "CANVAS"].includes(target.tagName) || target.isContentEditable || OWN_ARROWS.includes(roleOf(target));
}
