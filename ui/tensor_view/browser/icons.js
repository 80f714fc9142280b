// Pictures on buttons.

const ICONS = {
  back: "M7 5v14M19 5 9.5 12 19 19z", on: "M17 5v14M5 5l9.5 7L5 19z", play: "M7 4.5 19 12 7 19.5z", pause: "M8 5v14M16 5v14",
}; // prettier-ignore

export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const [picture, path] = [document.createElementNS(space, "svg"), document.createElementNS(space, "path")];
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  picture.append(path);
  return picture;
}
