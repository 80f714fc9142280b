// Large tensors are fetched from their address; parts of plans are sent once. What is missing is asked for again.

import assert from "node:assert/strict";
import test from "node:test";
import { awaited, complete, missing, receive, tensorOf } from "../../ui/tensor_view/browser/store.js";

globalThis.document = { baseURI: "http://127.0.0.1:8501/Merge_lab?op=Add" };
const asked = [];
const answers = { good: Float32Array.of(2, 3, 5).buffer, short: Float32Array.of(2).buffer };
globalThis.fetch = async (url) => {
  asked.push(String(url));
  const name = String(url).split("/").at(-1);
  if (name === "broken") throw new TypeError("network");
  return { ok: name in answers, arrayBuffer: async () => answers[name] };
};

const metaOf = (name) => ({ tensors: [{ digest: name, count: 3, at: null, url: `_mergescope/tensors/${name}` }] });

test("a tensor is fetched once, from an address beside that of the page", async () => {
  receive(metaOf("good"), new Float32Array());
  receive(metaOf("good"), new Float32Array());
  assert.deepEqual(asked, ["http://127.0.0.1:8501/_mergescope/tensors/good"]);
  assert.equal(awaited(metaOf("good")).length, 1);
  assert.deepEqual(missing(metaOf("good")), ["good"]);
  await Promise.all(awaited(metaOf("good")));
  assert.deepEqual([...tensorOf("good")], [2, 3, 5]);
  assert.deepEqual(missing(metaOf("good")), []);
  assert.equal(awaited(metaOf("good")).length, 0);
});

for (const name of ["short", "broken", "gone"])
  test(`what does not arrive whole is missing: ${name}`, async () => {
    receive(metaOf(name), new Float32Array());
    await Promise.all(awaited(metaOf(name)));
    assert.deepEqual(missing(metaOf(name)), [name]);
  });

test("words and colours are sent once and then only named", () => {
  const words = { play: "播放", pause: "暂停" };
  const first = { speed: 12, parts: { words: { digest: "7f", value: words } } };
  const later = { speed: 5, parts: { words: { digest: "7f" } } };
  assert.deepEqual(missing(first), ["7f"]);
  receive(first, new Float32Array());
  assert.deepEqual([missing(first), missing(later)], [[], []]);
  receive(later, new Float32Array());
  assert.deepEqual(complete(first), { speed: 12, words });
  assert.deepEqual(complete(later), { speed: 5, words });
});

test("a part that was lost on the way is missing, and a plan without parts is whole", () => {
  const lost = { parts: { words: { digest: "11" }, orders: { digest: "13", value: [] } }, tensors: [] };
  receive(lost, new Float32Array());
  assert.deepEqual(missing(lost), ["11"]);
  const alone = { words: { play: "Play" }, tensors: [] };
  assert.deepEqual(missing(alone), []);
  assert.deepEqual(complete(alone), alone);
});

test("the oldest parts go first, and are missing then", () => {
  const nth = (number) => ({ parts: { orders: { digest: `order ${number}`, value: [number] } } });
  for (let number = 0; number < 600; number++) receive(nth(number), new Float32Array());
  assert.deepEqual(missing(nth(0)), ["order 0"]);
  assert.deepEqual(complete(nth(599)), { orders: [599] });
});

const enlarged = (digest, shape = [1, 1, 1, 1]) => ({ how: "enlarge", of: [{ digest, shape }] });
const fineOf = (coarse) => ({ digest: `fine of ${coarse}`, count: 4, at: null, made: enlarged(coarse) });

test("a map is interpolated from a coarse one that is here, or comes in the same message", () => {
  const meta = { tensors: [{ digest: "coarse", count: 1, at: 0 }, fineOf("coarse")] };
  receive(meta, Float32Array.of(7));
  assert.equal(awaited(meta).length, 0);
  assert.deepEqual([...tensorOf("fine of coarse")], [7, 7, 7, 7]);
});

test("it is waited for with a coarse map that has to be fetched, and missing with one that is lost", async () => {
  answers.grid = Float32Array.of(3, 3, 3).buffer;
  const fine = { ...fineOf("grid"), count: 12, made: enlarged("grid", [1, 1, 1, 3]) };
  const meta = { tensors: [...metaOf("grid").tensors, fine] };
  receive(meta, new Float32Array());
  assert.equal(awaited(meta).length, 2);
  await Promise.all(awaited(meta));
  assert.deepEqual([...tensorOf("fine of grid")], new Array(12).fill(3));
  const lost = { tensors: [{ digest: "away", count: 1, at: null }, fineOf("away")] };
  receive(lost, new Float32Array());
  await Promise.all(awaited(lost));
  assert.deepEqual(missing(lost), ["away", "fine of away"]);
});

test("a product is made when both of its sources are here", async () => {
  answers.x = Float32Array.of(2, 3, 5).buffer;
  const of = [
    { digest: "x", shape: [1, 3] },
    { digest: "w", shape: [1, 1] },
  ];
  const product = { digest: "x × w", count: 3, at: null, made: { how: "multiply", of } };
  const meta = { tensors: [...metaOf("x").tensors, { digest: "w", count: 1, at: 0 }, product] };
  receive(meta, Float32Array.of(7));
  await Promise.all(awaited(meta));
  assert.deepEqual([...tensorOf("x × w")], [14, 21, 35]);
});

test("what cannot be made of its sources is missing, and asked for", () => {
  const meta = {
    tensors: [
      { digest: "odd", count: 3, at: 0 },
      { ...fineOf("odd"), count: 4 },
    ],
  };
  receive(meta, Float32Array.of(1, 2, 3));
  assert.deepEqual(missing(meta), ["fine of odd"]);
});

test("a frame is made when it is shown, of what is made of a tensor that came", () => {
  const plans = [
    { how: "enlarge", count: 16, shape: [1, 2, 2, 1], digests: ["enlarged"], of: ["recorded"], amounts: [[]] },
    {
      how: "threshold",
      count: 16,
      shape: [1, 4, 4, 1],
      digests: ["low", "high"],
      of: ["enlarged"],
      amounts: [[2], [5]],
    },
  ];
  receive({ made: plans, tensors: [] }, new Float32Array());
  assert.equal(tensorOf("high"), null); // its source has not come
  receive({ made: plans, tensors: [{ digest: "recorded", count: 4, at: 0 }] }, Float32Array.of(1, 5, 1, 5));
  assert.deepEqual([...tensorOf("enlarged").slice(0, 4)], [1, 2, 4, 5]);
  assert.deepEqual([...tensorOf("low").slice(0, 4)], [0, 1, 1, 1]);
  assert.deepEqual([...tensorOf("high").slice(0, 4)], [0, 0, 0, 1]);
  assert.equal(tensorOf("high"), tensorOf("high"));
});

test("frames that were made are made again where they take too much", () => {
  const count = 2_000_000;
  const digests = ["0", "1", "2", "3"];
  receive(
    {
      made: [
        { how: "constant", count, shape: [1, 1000, 2000, 1], digests, of: ["large"], amounts: [[0], [1], [2], [3]] },
      ],
      tensors: [{ digest: "large", count, at: 0 }],
    },
    new Float32Array(count),
  );
  const first = tensorOf("0");
  assert.deepEqual(
    digests.map((digest) => tensorOf(digest)[count - 1]),
    [0, 1, 2, 3],
  );
  assert.notEqual(tensorOf("0"), first);
  assert.equal(tensorOf("0")[0], 0);
});
