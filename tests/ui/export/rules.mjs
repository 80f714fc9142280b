// Reads cases from standard input, writes what the browser's own rules make of them: see test_rules.py.

import { readFileSync } from "node:fs";

import { arrange } from "../../../ui/tensor_view/browser/layout.js";
import { inCell, written } from "../../../ui/tensor_view/browser/numbers.js";

const { numbers, layouts } = JSON.parse(readFileSync(0, "utf8"));
const plan = (one) => one && { rows: one[0], cols: one[1], rowCopies: one[2], colCopies: one[3] };
process.stdout.write(
  JSON.stringify({
    numbers: numbers.map(([value, digits, most]) => [
      written(value, digits),
      inCell(value, most),
      inCell(value, most, true),
    ]),
    layouts: layouts.map(([plans, width]) => arrange(plans.map(plan), width)),
  }),
);
