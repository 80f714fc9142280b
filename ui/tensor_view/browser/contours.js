// @ts-check
// Outlines of regions: where the map reaches a half, and where the ground truth is.

/** The border of a region as a path in units of cells; `inside` says of a row and a column whether it belongs. */
export function borderOf(rows, cols, inside) {
  const path = new Path2D();
  const within = (row, col) => row >= 0 && col >= 0 && row < rows && col < cols && inside(row, col);
  for (let row = 0; row <= rows; row++) {
    for (let col = 0; col <= cols; col++) {
      const here = within(row, col);
      if (here !== within(row - 1, col)) line(path, col, row, col + 1, row);
      if (here !== within(row, col - 1)) line(path, col, row, col, row + 1);
    }
  }
  return path;
}

function line(path, x, y, toX, toY) {
  path.moveTo(x, y);
  path.lineTo(toX, toY);
}

/** Draw a border over a whole canvas: a dark line below a coloured one shows on every ground. */
export function strokeBorder(context, path, rows, cols, colour, width) {
  const { canvas } = context;
  const scaled = new Path2D();
  scaled.addPath(path, new DOMMatrix([canvas.width / cols, 0, 0, canvas.height / rows, 0, 0]));
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.setLineDash([]);
  context.lineCap = "square";
  context.strokeStyle = "rgba(8, 12, 20, 0.75)";
  context.lineWidth = 2 * width;
  context.stroke(scaled);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke(scaled);
}
