// @ts-check
// Which cells belong together. This evaluates the table of core/merges/links.py and has no rule of its own about merges.
// A span is [first, one past the last]; a box is one span for each shared axis.

/**
 * The shared axis along which an axis of a panel runs; null where it is stretched.
 * @param {import('./types').Panel} panel
 * @param {number} axis
 */
export function runsAlong(panel, axis) {
  const [output, , summed] = panel.links[axis];
  return summed ? panel.axes[axis] : output;
}

/**
 * The part of the shared frame that one cell of a panel touches.
 * @param {import('./types').Model} model
 * @param {import('./types').Panel} panel
 * @param {number[]} index
 */
export function boxOfCell(model, panel, index) {
  const box = model.sizes.map((size) => [0, size]);
  panel.shape.forEach((size, axis) => {
    const shared = runsAlong(panel, axis);
    if (shared === null) return;
    const at = index[axis];
    const whole = model.sizes[shared];
    const [, offset] = panel.links[axis];
    box[shared] = isScaled(model, panel, axis)
      ? [Math.ceil((at * whole) / size), Math.ceil(((at + 1) * whole) / size)]
      : [at + offset, at + offset + 1];
  });
  return box;
}

/**
 * The cells of a panel that lie in a box: one span for each of its own axes; an empty span where there are none.
 * @param {import('./types').Model} model
 * @param {import('./types').Panel} panel
 * @param {import('./types').Span[]} box
 */
export function cellsInBox(model, panel, box) {
  return panel.shape.map((size, axis) => {
    const shared = runsAlong(panel, axis);
    if (shared === null) return [0, size];
    const [from, past] = box[shared];
    if (isScaled(model, panel, axis)) {
      const whole = model.sizes[shared];
      return [Math.floor((from * size) / whole), Math.floor(((past - 1) * size) / whole) + 1];
    }
    const [, offset] = panel.links[axis];
    return [Math.max(0, from - offset), Math.max(0, Math.min(size, past - offset))];
  });
}

/**
 * In a chain without an alignment an axis may be coarser than the shared one; it is then read in proportion.
 * @param {import('./types').Model} model
 * @param {import('./types').Panel} panel
 * @param {number} axis
 */
export function isScaled(model, panel, axis) {
  return !model.aligned && panel.shape[axis] > 1 && panel.shape[axis] !== model.sizes[panel.axes[axis]];
}

/**
 * @param {import('./types').Span[]} spans
 */
export const isEmpty = (spans) => spans.some(([from, past]) => past <= from);

/**
 * @param {import('./types').Span[]} spans
 */
export const countCells = (spans) => spans.reduce((count, [from, past]) => count * Math.max(0, past - from), 1);

/**
 * The cells of some spans one by one, the last axis fastest.
 * @param {import('./types').Span[]} spans
 */
export function listCells(spans) {
  return spans.reduce(
    (cells, [from, past]) =>
      cells.flatMap((cell) => Array.from({ length: Math.max(0, past - from) }, (_, step) => [...cell, from + step])),
    [[]],
  );
}

/**
 * As core.sources: for each input the cells that made one cell of the result.
 * @param {import('./types').Model} model
 * @param {number[]} index
 */
export function sources(model, index) {
  const result = model.panels.at(-1);
  const box = boxOfCell(model, result, index);
  return model.panels.slice(0, -1).map((panel) => listCells(cellsInBox(model, panel, box)));
}

/**
 * As core.reach: the cells of the result that one cell of an input has a part in.
 * @param {import('./types').Model} model
 * @param {number[]} index
 */
export function reach(model, input, index) {
  const box = boxOfCell(model, model.panels[input], index);
  return listCells(cellsInBox(model, model.panels.at(-1), box));
}

/**
 * The cell of a panel at a place in the shared frame: the nearest there is, and whether it is really there.
 * @param {import('./types').Model} model
 * @param {import('./types').Panel} panel
 */
export function cellAt(model, panel, at) {
  let inside = true;
  const index = panel.shape.map((size, axis) => {
    const shared = runsAlong(panel, axis);
    if (shared === null) return 0;
    if (isScaled(model, panel, axis)) return Math.floor((at[shared] * size) / model.sizes[shared]);
    const own = at[shared] - panel.links[axis][1];
    if (own < 0 || own >= size) inside = false;
    return Math.max(0, Math.min(size - 1, own));
  });
  return { index, inside };
}
