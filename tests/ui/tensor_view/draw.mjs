// Reads streams from standard input and draws them as the browser does: see test_streams.py.

import { readFileSync } from "node:fs";

import { drawUniform } from "../../../ui/tensor_view/browser/random.js";

const asked = JSON.parse(readFileSync(0, "utf8"));
const found = asked.map(({ stream, count }) => {
  const values = drawUniform(stream, count);
  return values && Array.from(new Uint32Array(values.buffer));
});
process.stdout.write(JSON.stringify(found));
