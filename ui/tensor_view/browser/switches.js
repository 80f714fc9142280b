// @ts-check
// The switches of a view: lighter colours for a bright room, contours, the image in the first panel, the wall alone.

import { element } from "./dom.js";
import { icon } from "./icons.js";

const BRIGHT = "mergescope-bright"; // in the browser's store: the room is the same for all pages

/** Whether the room is bright, as it was said last in this browser tab. */
export function roomIsBright() {
  try {
    return sessionStorage.getItem(BRIGHT) === "1";
  } catch {
    return false; // storage is closed, say in a frame or in a file
  }
}

function keepRoom(bright) {
  try {
    sessionStorage.setItem(BRIGHT, bright ? "1" : "0");
  } catch {
    // then it lasts as long as the view
  }
}

/**
 * The switches that a view has, and what turns them by key.
 * @param {import('./types').App} app
 */
export function makeSwitches(app) {
  const { view, model, words } = app;
  const turn = {
    bright: () => {
      view.bright = !view.bright;
      keepRoom(view.bright);
      app.useTables();
      app.redraw("all");
    },
    contours: () => {
      view.contours = !view.contours;
      app.redraw("values");
    },
    scan: () => {
      view.scan = !view.scan;
      app.redraw("values");
    },
    wall: () => app.showWall(),
  };
  const names = [
    "bright",
    ...(model.scene ? ["contours", "scan"] : []),
    ...(app.onStage && app.gallery ? ["wall"] : []),
  ];
  const buttons = names.map((name) => {
    const press = () => {
      turn[name]();
      update();
    };
    return [
      name,
      element(
        "button",
        {
          type: "button",
          class: "round switcher",
          "aria-label": words[name],
          title: words[`${name}_hint`] ?? words[name],
          onclick: press,
        },
        icon(name),
      ),
    ];
  });
  const update = () =>
    buttons.forEach(([name, button]) => {
      if (name !== "wall") button.setAttribute("aria-pressed", String(Boolean(view[name])));
    });
  update();
  return {
    root: element("div", { class: "switches" }, ...buttons.map(([, button]) => button)),
    turn: (name) => {
      if (names.includes(name)) {
        turn[name]();
        update();
      }
    },
  };
}
