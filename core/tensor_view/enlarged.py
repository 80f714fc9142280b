"""Maps that a gate interpolates cross on their coarse grid; `browser/enlarging.js` makes each bit of the fine one.

The coarse map is a tensor like others: it is packed, sent once for a session and then named by its digest. The recorded
maps of a training take a fifth on this way: their coarse values are halves, which the interpolated ones are not.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

import numpy as np

from ..dtypes import FLOAT32
from ..gates.resampling import upsample
from .model import Array
from .numbers import digest_of

_RANK = 4  # (batch, rows, columns, channels)


class Enlarged:
    """Which maps are interpolated from a coarser one, by digest, for all sessions. Safe to use from any thread."""

    def __init__(self, most_bytes: int) -> None:
        """Nothing is known yet.

        Args:
            most_bytes: of the coarse maps, which are kept.
        """
        self._most_bytes, self._bytes, self._lock = most_bytes, 0, threading.Lock()
        self._coarse: OrderedDict[str, Array] = OrderedDict()

    def note(self, fine: Array, coarse: Array) -> None:
        """Remember that a map is `core.gates.resampling.upsample` of a coarser one, if it is so bit for bit.

        Args:
            fine: (n, h * factor, w * factor, c) float32; another map is not remembered.
            coarse: (n, h, w, c) float32.
        """
        if not _is_enlarged(fine, coarse):
            return
        kept = np.array(coarse)
        kept.flags.writeable = False
        name = digest_of(fine)
        with self._lock:
            self._bytes += kept.nbytes - (self._coarse[name].nbytes if name in self._coarse else 0)
            self._coarse[name] = kept
            self._coarse.move_to_end(name)
            while self._bytes > self._most_bytes:
                self._bytes -= self._coarse.popitem(last=False)[1].nbytes

    def find(self, digest: str) -> Array | None:
        """The coarser map from which that of a digest is interpolated; None if none is known."""
        with self._lock:
            return self._coarse.get(digest)


def _is_enlarged(fine: Array, coarse: Array) -> bool:
    ranks_fit = fine.ndim == coarse.ndim == _RANK and fine.dtype == coarse.dtype == FLOAT32
    if not ranks_fit or not coarse.size or fine.size <= coarse.size:
        return False
    if (fine.shape[0], fine.shape[-1]) != (coarse.shape[0], coarse.shape[-1]):
        return False
    factors = tuple(size // few for size, few in zip(fine.shape[1:-1], coarse.shape[1:-1], strict=True))
    if len(set(factors)) > 1:
        return False
    made = upsample(coarse, factors)
    return made.shape == fine.shape and bool(np.array_equal(made.view(np.uint32), fine.view(np.uint32)))


ENLARGED = Enlarged(16_000_000)
