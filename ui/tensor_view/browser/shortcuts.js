// @ts-check
// Keys of a stage that work wherever the focus is: F shows features and product in each other's panel while it is held,
// W shows the wall of channels alone, C the contours, S the image, G lighter colours.

const KEYS = { w: "wall", c: "contours", s: "scan", g: "bright" };
const TYPED = ["TEXTAREA", "SELECT"];

/**
 * Listen on the whole page; only the first stage of a page does. Returns what ends it.
 * @param {import('./types').App} app
 */
export function listenToShortcuts(app) {
  const down = (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    const key = event.key.toLowerCase();
    if (key === "f") {
      if (!event.repeat) app.setFlicker(true);
    } else if (key in KEYS && !event.repeat) app.switches.turn(KEYS[key]);
    else return;
    event.preventDefault();
  };
  const up = (event) => {
    if (event.key.toLowerCase() === "f") app.setFlicker(false);
  };
  const away = () => app.setFlicker(false);
  document.addEventListener("keydown", down);
  document.addEventListener("keyup", up);
  window.addEventListener("blur", away);
  return () => {
    document.removeEventListener("keydown", down);
    document.removeEventListener("keyup", up);
    window.removeEventListener("blur", away);
  };
}

function isTyping(event) {
  const target = event.composedPath()[0];
  if (target.isContentEditable || TYPED.includes(target.tagName)) return true;
  return target.tagName === "INPUT" && !["range", "checkbox", "radio", "button"].includes(target.type);
}
