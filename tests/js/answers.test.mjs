// What a person chooses by keyboard, and answers of the server that come late.

import assert from "node:assert/strict";
import test from "node:test";
import { choices } from "../../ui/streamlit_internals/browser/answers.js";

const PAUSE = 350;

/** A component, what it has sent, and what its server has answered. */
function component(context, chosen) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const made = { ...choices(), sent: [], chosen };
  made.press = (value, pause = PAUSE) =>
    made.choose(value, { pause, known: () => made.chosen, send: (one) => made.sent.push(one) });
  made.answer = (value) => {
    made.chosen = value;
    return made.accepts(value);
  };
  made.wait = (time = PAUSE) => context.mock.timers.tick(time);
  return made;
}

test("of keys in a row the last one is sent", (context) => {
  const one = component(context, "a");
  one.press("b");
  one.wait(PAUSE - 1);
  one.press("c");
  one.wait(PAUSE - 1);
  assert.deepEqual(one.sent, []);
  one.wait(1);
  assert.deepEqual(one.sent, ["c"]);
  assert.equal(one.answer("c"), true);
});

test("an answer does not take back a key that was pressed before it came", (context) => {
  const one = component(context, "a");
  one.press("b");
  one.wait();
  one.press("c");
  assert.equal(one.answer("b"), false);
  one.wait();
  assert.deepEqual(one.sent, ["b", "c"]);
  assert.equal(one.answer("c"), true);
});

test("nor one that was sent before it came", (context) => {
  const one = component(context, "a");
  for (const value of ["b", "c", "d"]) {
    one.press(value);
    one.wait();
  }
  assert.equal(one.answer("b"), false);
  assert.equal(one.answer("d"), true); // the server has left out an answer
});

test("back to what the server knows is sent while it answers another choice", (context) => {
  const one = component(context, "a");
  one.press("a");
  one.wait();
  assert.deepEqual(one.sent, []);
  one.press("b");
  one.wait();
  one.press("a");
  one.wait();
  assert.deepEqual(one.sent, ["b", "a"]);
});

test("what somebody else chose is shown, even if an answer is still missing", (context) => {
  const one = component(context, "a");
  one.press("b", 0);
  one.wait(0);
  assert.equal(one.answer("z"), true);
  one.press("b", 0);
  one.wait(0);
  assert.deepEqual(one.sent, ["b", "b"]);
});

test("nothing is sent by a component that is gone", (context) => {
  const one = component(context, "a");
  one.press("b");
  one.end();
  one.wait();
  assert.deepEqual(one.sent, []);
});
