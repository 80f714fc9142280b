// Reads coarse maps from standard input and enlarges them as the browser does: see test_enlarged.py.

import { readFileSync } from "node:fs";

import { enlarge } from "../../../ui/tensor_view/browser/enlarging.js";

const asked = JSON.parse(readFileSync(0, "utf8"));
const found = asked.map(({ bits, shape, count }) => {
  const coarse = new Float32Array(new Uint32Array(bits).buffer);
  return Array.from(new Uint32Array(enlarge(coarse, shape, count).buffer));
});
process.stdout.write(JSON.stringify(found));
