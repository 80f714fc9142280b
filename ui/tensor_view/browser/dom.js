// @ts-check
// Making elements. Text goes in as text only: titles and words may come from anywhere.

/** element("button", { class: "step", onclick: go }, "Next") */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) made[key] = value;
    else if (key === "class") made.className = value;
    else made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** A canvas of so many CSS pixels, sharp on any screen. */
export function sizeCanvas(canvas, width, height, ratio) {
  const [wide, high] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  if (canvas.width !== wide) canvas.width = wide;
  if (canvas.height !== high) canvas.height = high;
  canvas.style.width = `${wide / ratio}px`;
  canvas.style.height = `${high / ratio}px`;
}

/** A colour of the style sheet as a pixel. */
export function pixelOf(colour) {
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return new Uint32Array(context.getImageData(0, 0, 1, 1).data.buffer)[0];
}

/** A canvas to put pixels on that are drawn larger; kept, since making one costs more than filling it. */
export function makeScratch(kind = { willReadFrequently: true }) {
  const canvas = document.createElement("canvas");
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", kind));
  let made = null;
  return {
    canvas,
    imageFor(width, height) {
      if (!made || canvas.width !== width || canvas.height !== height) {
        [canvas.width, canvas.height] = [width, height];
        const image = context.createImageData(width, height);
        const pixels = new Uint32Array(image.data.buffer);
        made = { canvas, width, height, pixels, put: () => context.putImageData(image, 0, 0) };
      }
      return made;
    },
  };
}

/** A labelled list to choose from: options are [value, text]. */
export function chooser(label, options, value, onchange) {
  const select = element("select", { onchange: () => onchange(select.value), "aria-label": label });
  for (const [name, text] of options)
    select.append(element("option", { value: name, selected: String(name) === String(value) }, text));
  return element("label", { class: "chooser" }, element("span", {}, label), select);
}

/** Buttons of which one is pressed: options are [value, text]. */
export function switcher(label, options, value, onchange) {
  const group = element("div", { class: "switch", role: "group", "aria-label": label });
  const press = (chosen) => {
    for (const button of group.children) button.setAttribute("aria-pressed", String(button.dataset.value === chosen));
  };
  for (const [name, text] of options) {
    const choose = () => {
      press(name);
      onchange(name);
    };
    group.append(element("button", { type: "button", "data-value": name, onclick: choose }, text));
  }
  press(value);
  return group;
}

/** Whether the page is a stage. Its style sheet says so from the first paint on, before the script of the stage runs. */
export const isPresenting = () =>
  getComputedStyle(document.documentElement).getPropertyValue("--mergescope-present").trim() === "1";
