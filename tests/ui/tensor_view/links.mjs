// Reads cases from standard input, writes what the browser's links.js makes of them: see test_links.py.

import { readFileSync } from "node:fs";

import { reach, sources } from "../../../ui/tensor_view/browser/links.js";

const cases = JSON.parse(readFileSync(0, "utf8"));
const answers = cases.map(({ meta, outputs, inputs }) => ({
  sources: outputs.map((index) => sources({ ...meta }, index)),
  reach: inputs.map(([input, index]) => reach({ ...meta }, input, index)),
}));
process.stdout.write(JSON.stringify(answers));
