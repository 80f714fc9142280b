// Large tensors are fetched from their address; what cannot be fetched is missing, and asked for again.

import assert from "node:assert/strict";
import test from "node:test";
import { awaited, missing, receive, tensorOf } from "../../ui/tensor_view/browser/store.js";

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
