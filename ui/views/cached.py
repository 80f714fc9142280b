"""Cached wrappers with the arguments of the functions they wrap. A cache is only speed: losing it loses nothing."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import streamlit as st

from core.dtypes import Array
from core.gates import channels
from core.merges.samples import make_sample


@st.cache_data(max_entries=64, show_spinner=False)
def sample(name: str, shape: tuple[int, ...], *, number: int, seed: int, dtype: str, first: int | None = None) -> Array:
    """`core.merges.samples.make_sample`: the key is (sample, shape, seed), never the array."""
    return make_sample(name, shape, number=number, seed=seed, dtype=dtype, first=first)


def channel_figures(features: Array, gated: Array, weights: Array) -> channels.ChannelFigures:
    """`core.gates.channels.channel_figures`, which takes longer than a look at every number."""
    return _figures(_digest(features, gated, weights), features, gated, weights)


@st.cache_resource(max_entries=64, show_spinner=False)
def _figures(digest: str, _features: Array, _gated: Array, _weights: Array) -> channels.ChannelFigures:  # noqa: ARG001  # the key of the cache
    return channels.channel_figures(_features, _gated, _weights)


def _digest(*arrays: Array) -> str:
    """Tells arrays apart by every number; Streamlit's own key would look at some numbers only where there are many."""
    found = blake2b(digest_size=16)
    for array in arrays:
        found.update(f"{array.shape} {array.dtype}".encode())
        found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()
