"""Tensors with fewer bytes on their way to the browser, without loss: `browser/packing.js` makes each bit again.

Values that a half holds exactly, such as the recorded features of the network, cross as halves. The first bytes of all
values, the second bytes and so on lie together, since exponents are alike and mantissas are not. Each of these planes
is deflated with a search for repeated bytes or without one, whichever takes less; most of a mantissa is as random as
noise and is stored. Where many values are zero, as after a ReLU, one bit for each value says which, and only the others
follow.
"""

from __future__ import annotations

import threading
import zlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .model import Array

LEAST, MOST = 1_024, 1_000_000  # values of a tensor that is packed: fewer gain nothing, more would take too long
_GAIN = 0.9  # of the bytes at most; else the tensor crosses as it is
_BITS = {2: np.uint16, 4: np.uint32}  # by bytes of a value
_QUICK = 1  # level of zlib: higher ones take many times longer for a few percent
_SPARSE = 0.25  # share of zeros from which they are left out
_WAYS = (zlib.Z_DEFAULT_STRATEGY, zlib.Z_HUFFMAN_ONLY)  # which one takes less depends on the tensor, by a sixth
_STORED = 0.97  # of its bytes: a plane that deflating does not make smaller than that is stored
_PART = 16_384  # bytes from which a way is chosen by a part of a plane
_BLOCK = 65_535  # bytes of a stored block, at most
_BEGIN, _END = b"\x78\x01", b"\x03\x00"  # the header of zlib (RFC 1950); a last block without content (RFC 1951)


@dataclass(frozen=True)
class Packed:
    """A tensor as bytes.

    Attributes:
        content: deflated, with the header of zlib.
        count: values.
        width: bytes of a value before that: 2 for halves, 4 for floats.
        sparse: whether zeros are left out; then the content begins with a bit for each value, set where one follows.
    """

    content: bytes
    count: int
    width: int
    sparse: bool


def pack(row: Array) -> Packed | None:
    """A tensor with fewer bytes; None where that gains little.

    Args:
        row: (n,) float32.
    """
    if not LEAST <= row.size <= MOST:
        return None
    values = _narrowed(row)
    filled = values.view(_BITS[values.itemsize]) != 0  # -0 has a bit
    sparse = int(np.count_nonzero(filled)) <= (1 - _SPARSE) * row.size
    kept = values[filled] if sparse else values
    planes = [np.ascontiguousarray(kept.view(np.uint8)[at :: kept.itemsize]) for at in range(kept.itemsize)]
    before = [np.packbits(filled).tobytes()] if sparse else []
    content = _stream([*before, *(plane.tobytes() for plane in planes)])
    return Packed(content, row.size, kept.itemsize, sparse) if len(content) <= _GAIN * row.nbytes else None


def _stream(parts: Sequence[bytes]) -> bytes:
    """One stream of zlib with these parts one after another."""
    check = 1
    for part in parts:
        check = zlib.adler32(part, check)
    return b"".join([_BEGIN, *map(_blocks, parts), _END, check.to_bytes(4, "big")])


def _blocks(part: bytes) -> bytes:
    """Blocks of deflate that end with a whole byte; the way is chosen by an eighth of a long part, from the middle."""
    count = len(part)
    sample = part if count < _PART else part[7 * count // 16 : 9 * count // 16]
    tried = {way: _deflated(sample, way) for way in _WAYS}
    way = min(_WAYS, key=lambda one: len(tried[one]))
    if len(tried[way]) < _STORED * len(sample):
        return tried[way] if sample is part else _deflated(part, way)
    return b"".join(_stored(part[at : at + _BLOCK]) for at in range(0, count, _BLOCK))


def _deflated(part: bytes, strategy: int) -> bytes:
    stream = zlib.compressobj(_QUICK, wbits=-zlib.MAX_WBITS, strategy=strategy)
    return stream.compress(part) + stream.flush(zlib.Z_SYNC_FLUSH)


def _stored(part: bytes) -> bytes:
    """A block that is not deflated and is not the last: its length and the complement of that come before it."""
    return b"".join([b"\0", len(part).to_bytes(2, "little"), (_BLOCK - len(part)).to_bytes(2, "little"), part])


def unpack(packed: Packed) -> Array:
    """The tensor again, (n,) float32; what `browser/packing.js` does."""
    content = np.frombuffer(zlib.decompress(packed.content), np.uint8)
    bits = -(-packed.count // 8) if packed.sparse else 0
    kept = np.ascontiguousarray(content[bits:].reshape(packed.width, -1).T).view(_BITS[packed.width]).ravel()
    values = kept
    if packed.sparse:
        values = np.zeros(packed.count, kept.dtype)
        values[np.unpackbits(content[:bits], count=packed.count).astype(bool)] = kept
    return values.view(np.float16 if packed.width == 2 else np.float32).astype(np.float32)


def _narrowed(row: Array) -> Array:
    """The values as halves if that keeps each bit, else as they are."""
    with np.errstate(over="ignore", invalid="ignore"):
        halves: Array = row.astype(np.float16)
        same = np.array_equal(halves.astype(np.float32).view(np.uint32), row.view(np.uint32))
    return halves if same else row


class PackedTensors:
    """What was packed last, by digest, for all who are shown the same tensor. Safe to use from any thread."""

    def __init__(self, most_bytes: int) -> None:
        """Nothing is kept yet."""
        self._most_bytes, self._bytes, self._lock = most_bytes, 0, threading.Lock()
        self._kept: OrderedDict[str, Packed | None] = OrderedDict()

    def get(self, digest: str, row: Array) -> Packed | None:
        """The tensor with fewer bytes; None where that gains little.

        Args:
            digest: of the tensor.
            row: (n,) float32.
        """
        with self._lock:
            if digest in self._kept:
                self._kept.move_to_end(digest)
                return self._kept[digest]
        packed = pack(row)  # without the lock: two sessions may pack one tensor, but none waits for another's
        with self._lock:
            if digest not in self._kept:
                self._kept[digest] = packed
                self._bytes += _size(packed)
            while self._bytes > self._most_bytes:
                self._bytes -= _size(self._kept.popitem(last=False)[1])
        return packed


def _size(packed: Packed | None) -> int:
    return 100 + (len(packed.content) if packed else 0)  # with what the entry itself takes
