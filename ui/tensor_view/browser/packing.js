// @ts-check
// Tensors that crossed with fewer bytes (core/tensor_view/packing.py), each bit as it was.

let halves = null; // the bits of the float32 for each half

/**
 * @param {any} content bytes, deflated, with the header of zlib
 * @param {number} count of values
 * @param {number} width bytes of a value: 2 for halves, 4 for floats
 * @returns {Promise<Float32Array>}
 */
export const unpack = async (content, count, width) => {
  const stream = new Blob([content]).stream().pipeThrough(new DecompressionStream("deflate"));
  const planes = new Uint8Array(await new Response(stream).arrayBuffer());
  if (planes.length !== count * width) throw new RangeError("Not all of a tensor is here.");
  const bits = new Uint32Array(count);
  if (width === 2) {
    halves ??= bitsOfHalves();
    for (let at = 0; at < count; at++) bits[at] = halves[planes[at] | (planes[count + at] << 8)];
  } else
    for (let at = 0; at < count; at++)
      bits[at] =
        planes[at] | (planes[count + at] << 8) | (planes[2 * count + at] << 16) | (planes[3 * count + at] << 24);
  return new Float32Array(bits.buffer);
};

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
