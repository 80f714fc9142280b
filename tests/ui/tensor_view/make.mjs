// Reads recipes from standard input and makes tensors of them as the browser does: see test_recipes.py.

import { readFileSync } from "node:fs";

import { make } from "../../../ui/tensor_view/browser/making.js";

const asked = JSON.parse(readFileSync(0, "utf8"));
const found = asked.map(({ how, of, count, amounts }) => {
  const sources = of.map(({ bits, shape }) => [new Float32Array(new Uint32Array(bits).buffer), shape]);
  return Array.from(new Uint32Array(make(how, sources, count, amounts).buffer));
});
process.stdout.write(JSON.stringify(found));
