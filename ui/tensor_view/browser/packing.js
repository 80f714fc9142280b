// @ts-check
// Tensors that crossed with fewer bytes (core/tensor_view/packing.py), each bit as it was.

let halves = null; // the bits of the float32 for each half

/**
 * @param {any} content bytes, deflated, with the header of zlib
 * @param {number} count of values
 * @param {number} width bytes of a value: 2 for halves, 4 for floats
 * @param {boolean} sparse whether the content begins with a bit for each value, set where it follows; others are zero
 * @returns {Promise<Float32Array>}
 */
export const unpack = async (content, count, width, sparse) => {
  const stream = new Blob([content]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const filled = bytes.subarray(0, sparse ? Math.ceil(count / 8) : 0);
  const expected = filled.length + width * (sparse ? onesIn(filled) : count);
  if (bytes.length !== expected) throw new RangeError("Not all of a tensor is here.");
  const kept = bitsOf(bytes.subarray(filled.length), width);
  return new Float32Array((sparse ? spread(kept, filled, count) : kept).buffer);
};

/** The bits of float32 values, whose first bytes lie together, then the second ones, and so on. */
function bitsOf(planes, width) {
  const count = planes.length / width;
  const bits = new Uint32Array(count);
  if (width === 2) {
    halves ??= bitsOfHalves();
    for (let at = 0; at < count; at++) bits[at] = halves[planes[at] | (planes[count + at] << 8)];
  } else
    for (let at = 0; at < count; at++)
      bits[at] =
        planes[at] | (planes[count + at] << 8) | (planes[2 * count + at] << 16) | (planes[3 * count + at] << 24);
  return bits;
}

function onesIn(bytes) {
  let ones = 0;
  for (let byte of bytes) for (; byte; byte &= byte - 1) ones += 1;
  return ones;
}

/** Zeros, and in between the values that were kept. */
function spread(kept, filled, count) {
  const bits = new Uint32Array(count);
  for (let at = 0, next = 0; at < count; at++) if (filled[at >> 3] & (128 >> (at & 7))) bits[at] = kept[next++];
  return bits;
}

function bitsOfHalves() {
  const bits = new Uint32Array(1 << 16);
  const small = new Float32Array(1);
  const smallBits = new Uint32Array(small.buffer);
  for (let half = 0; half < bits.length; half++) {
    const sign = (half & 0x8000) << 16;
    const exponent = (half >> 10) & 31;
    const mantissa = half & 1023;
    small[0] = mantissa * 2 ** -24;
    if (exponent === 0) bits[half] = sign | smallBits[0];
    else bits[half] = sign | ((exponent === 31 ? 255 : exponent + 112) << 23) | (mantissa << 13);
  }
  return bits;
}
