// @ts-check
// Tensors that this page has received, by digest: Python sends each once for a session and then only names it. So are
// the parts of plans that most views have in common, such as their words.

import { make } from "./making.js";
import { unpack } from "./packing.js";
import { drawUniform } from "./random.js";

const MOST = 96e6; // bytes that are kept; the oldest go first
const MOST_MADE = 24e6; // bytes of frames, which are made again when they are shown
const MOST_PLANS = 4096;

const kept = new Map(); // digest: Float32Array, the one used last at the end
let bytes = 0;
const coming = new Map(); // digest: a promise that ends when the tensor is here, or could not be fetched
const plans = new Map(); // digest: how a frame is made whose values do not come; the oldest go first
const frames = new Map(); // digest: Float32Array, those that have been made
let bytesMade = 0;
const MOST_PARTS = 512;
const parts = new Map(); // digest: part of a plan; the oldest go first

/**
 * Take in the tensors that came with this message, draw the random ones, and fetch those that it has an address of; the
 * others are here.
 * @param {import('./types').Meta} meta
 * @param {Float32Array} floats
 * @param {Uint8Array} [bytes] of those that were packed
 */
export function receive(meta, floats, bytes) {
  for (const { digest, value } of Object.values(meta.parts ?? {})) if (value !== undefined) keepPart(digest, value);
  for (const group of meta.made ?? []) keepPlans(group);
  for (const { digest, count, at, url, packed, stream, made } of meta.tensors ?? []) {
    if (at !== null) keep(digest, floats.slice(at, at + count));
    else if (kept.has(digest) || coming.has(digest)) continue;
    else if (stream) keepDrawn(digest, drawUniform(stream, count));
    else if (made?.of.every((one) => kept.has(one.digest))) keepMade(digest, made, count);
    else if (made) coming.set(digest, arrive(digest, makeLater(made, count)));
    else if (url) coming.set(digest, arrive(digest, fetched(count, url)));
    else if (packed && bytes) coming.set(digest, arrive(digest, unpacked(bytes, count, packed)));
  }
}

/** Keep a tensor that was drawn here; where it came out otherwise it is missing, and asked for. */
function keepDrawn(digest, values) {
  if (values) keep(digest, values);
}

/** Keep a tensor that is made of others; where that fails it is missing, and asked for. */
function keepMade(digest, made, count) {
  try {
    keep(digest, makeNow(made, count));
  } catch {
    // As for one that did not arrive.
  }
}

async function arrive(digest, promise) {
  try {
    keep(digest, await promise);
  } catch {
    // It is missing then, and asked for once more.
  }
  coming.delete(digest);
}

const makeNow = ({ how, of, amounts }, count) =>
  make(
    how,
    of.map(({ digest, shape }) => [kept.get(digest), shape]),
    count,
    amounts,
  );

/** Remember how frames are made, each of its source with its amounts. */
function keepPlans({ how, count, shape, digests, of, amounts }) {
  digests.forEach((digest, at) => {
    plans.delete(digest);
    plans.set(digest, {
      how,
      count,
      shape,
      of: of[of.length > 1 ? at : 0],
      amounts: amounts[amounts.length > 1 ? at : 0],
    });
    if (plans.size > MOST_PLANS) plans.delete(plans.keys().next().value);
  });
}

/** A frame whose values do not come, or null where it is not known how it is made. */
function frameOf(digest) {
  const found = frames.get(digest);
  if (found) return found;
  const plan = plans.get(digest);
  const source = plan && tensorOf(plan.of);
  if (!source) return null;
  const values = make(plan.how, [[source, plan.shape]], plan.count, plan.amounts);
  frames.set(digest, values);
  bytesMade += values.byteLength;
  for (const [oldest, { byteLength }] of frames) {
    if (bytesMade <= MOST_MADE || oldest === digest) break;
    frames.delete(oldest);
    bytesMade -= byteLength;
  }
  return values;
}

/** Once its sources are here; they come before it, in the same message or in an earlier one. */
async function makeLater(made, count) {
  await Promise.all(made.of.map(({ digest }) => coming.get(digest)));
  return makeNow(made, count);
}

async function fetched(count, url) {
  const response = await fetch(new URL(url, document.baseURI));
  const content = response.ok ? await response.arrayBuffer() : null;
  if (content?.byteLength !== 4 * count) throw new RangeError("Not all of a tensor is here.");
  return new Float32Array(content);
}

const unpacked = (bytes, count, { at, size, width, sparse }) =>
  unpack(bytes.slice(at, at + size), count, width, sparse);

function keepPart(digest, value) {
  parts.delete(digest);
  parts.set(digest, value);
  if (parts.size > MOST_PARTS) parts.delete(parts.keys().next().value);
}

/**
 * The plan with the parts that it only names, once nothing of it is missing.
 * @param {import('./types').Meta} meta
 * @returns {import('./types').Meta}
 */
export function complete({ parts: named, ...meta }) {
  const found = Object.entries(named ?? {}).map(([name, { digest }]) => [name, parts.get(digest)]);
  return { ...meta, ...Object.fromEntries(found) };
}

/**
 * What has to be waited for before a view can be drawn.
 * @param {import('./types').Meta} meta
 */
export const awaited = (meta) => (meta.tensors ?? []).map(({ digest }) => coming.get(digest)).filter(Boolean);

function keep(digest, values) {
  bytes += values.byteLength - (kept.get(digest)?.byteLength ?? 0);
  kept.delete(digest);
  kept.set(digest, values);
  for (const [oldest, { byteLength }] of kept) {
    if (bytes <= MOST || oldest === digest) break;
    kept.delete(oldest);
    bytes -= byteLength;
  }
}

/**
 * What a message names and is not here, by digest: it was lost on the way, or dropped.
 * @param {import('./types').Meta} meta
 */
export const missing = (meta) => [
  ...(meta.tensors ?? []).map(({ digest }) => digest).filter((digest) => !kept.has(digest)),
  ...Object.values(meta.parts ?? {})
    .map(({ digest }) => digest)
    .filter((digest) => !parts.has(digest)),
];

/** A tensor, to be read only. */
export function tensorOf(digest) {
  const found = kept.get(digest);
  if (!found) return frameOf(digest);
  kept.delete(digest);
  kept.set(digest, found);
  return found;
}
