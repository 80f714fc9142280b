"""Cached wrappers with the arguments of the functions they wrap. A cache is only speed: losing it loses nothing."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

import streamlit as st

from core.digests import digest
from core.dtypes import Array
from core.gates import channels
from core.merges.samples import make_sample


class ArrayCache:
    """Arrays by key, up to a number of bytes together; the least recently used are dropped. Safe from any thread.

    All sessions get the same array, not a copy, so it cannot be written to. (`st.cache_data` would keep a pickle and
    unpickle a copy for every run.)
    """

    def __init__(self, most_bytes: int) -> None:
        """An empty cache."""
        self._most_bytes, self._bytes = most_bytes, 0
        self._lock = threading.Lock()
        self._arrays: OrderedDict[Hashable, Array] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Array]) -> Array:
        """The array of a key, made where it is not kept; one that is larger than the cache is never kept."""
        with self._lock:
            if key in self._arrays:
                self._arrays.move_to_end(key)
                return self._arrays[key]
        array = make()  # without the lock: two sessions may make the same array, but none waits for another's
        array.flags.writeable = False
        with self._lock:
            if key not in self._arrays and array.nbytes <= self._most_bytes:
                self._arrays[key] = array
                self._bytes += array.nbytes
            while self._bytes > self._most_bytes:
                self._bytes -= self._arrays.popitem(last=False)[1].nbytes
        return array


_SAMPLES = ArrayCache(48_000_000)


def sample(name: str, shape: tuple[int, ...], *, number: int, seed: int, dtype: str, first: int | None = None) -> Array:
    """`core.merges.samples.make_sample`, read-only: the key is (sample, shape, seed), never the array."""
    return _SAMPLES.get(
        (name, shape, number, seed, dtype, first),
        lambda: make_sample(name, shape, number=number, seed=seed, dtype=dtype, first=first),
    )


def channel_figures(features: Array, gated: Array, weights: Array) -> channels.ChannelFigures:
    """`core.gates.channels.channel_figures`, which takes longer than a look at every number."""
    return _figures(digest(features, gated, weights), features, gated, weights)


@st.cache_resource(max_entries=64, show_spinner=False)
def _figures(key: str, _features: Array, _gated: Array, _weights: Array) -> channels.ChannelFigures:  # noqa: ARG001  # the key of the cache
    return channels.channel_figures(_features, _gated, _weights)
