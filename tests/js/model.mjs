// Models for the tests, made by hand as Python would send them.

import { makeModel } from "../../ui/tensor_view/browser/model.js";
import { receive } from "../../ui/tensor_view/browser/store.js";

/** What `payload.py` sends for Multiply (5,1,5) x (5,4,5), or another element-wise merge of stretched inputs. */
export function merge(operation, shapes, output, values, more = {}) {
  let start = 0;
  const size = (shape) => shape.reduce((a, b) => a * b, 1);
  const panels = [...shapes, output].map((shape, number) => {
    const own = number === shapes.length;
    const panel = {
      title: own ? "result" : `input ${number}`,
      symbol: "",
      shape,
      start,
      note: "",
      paintable: number === 1,
      paint: [0, 1],
      digest: `${start} ${values.slice(start, start + size(shape))}`,
      whole: false,
      type: "float32",
      sizes: shape.map((s, a) => ({ size: s, role: "", shared: a })),
      axes: shape.map((_, axis) => axis),
      links: shape.map((s, axis) => [!own && s === 1 && output[axis] > 1 ? null : axis, 0, false]),
    };
    start += size(shape);
    return panel;
  });
  const rank = output.length;
  const meta = {
    panels,
    sizes: output,
    outputRank: rank,
    axes: rank < 2 ? [null, rank ? 0 : null] : [rank - 2, rank - 1],
    aligned: true,
    stretches: true,
    live: true,
    operation,
    normalize: false,
    speed: 12,
    words: { reaches: "{panel} {index} = {value}: {count}", reaches_one: "one" },
    orders: [{ name: "index", title: "by index", channels: [] }],
    scale: { kind: "auto", range: "tensor", limits: null },
    selection: null,
    ...more,
  };
  meta.tensors = panels.map(({ digest, start, shape }) => ({ digest, count: size(shape), at: start }));
  receive(meta, Float32Array.from(values));
  return makeModel(meta);
}

export const counting = (count, start = 1) => Array.from({ length: count }, (_, at) => start + at);
