// @ts-check
// Pictures on buttons.

const ICONS = {
  back: "M7 5v14M19 5 9.5 12 19 19z",
  on: "M17 5v14M5 5l9.5 7L5 19z",
  play: "M7 4.5 19 12 7 19.5z",
  pause: "M8 5v14M16 5v14",
  bright:
    "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M19 5l-1.4 1.4M6.4 17.6 5 19",
  contours: "M4 12c0-4 3-8 8-8s7 3 8 7-3 9-8 9-8-4-8-8zM9 12c0-2 1-3 3-3s3 1 3 3-1 3-3 3-3-1-3-3z",
  scan: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4",
  wall: "M4 5h4v4H4zM10 5h4v4h-4zM16 5h4v4h-4zM4 11h4v4H4zM10 11h4v4h-4zM16 11h4v4h-4z",
};

export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const [picture, path] = [document.createElementNS(space, "svg"), document.createElementNS(space, "path")];
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  picture.append(path);
  return picture;
}
