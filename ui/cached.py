"""Cached wrappers with the arguments of the functions they wrap. A cache is only speed: losing it loses nothing."""

from __future__ import annotations

import streamlit as st

from core.dtypes import Array
from core.samples import make_sample


@st.cache_data(max_entries=64, show_spinner=False)
def sample(name: str, shape: tuple[int, ...], *, number: int, seed: int, dtype: str) -> Array:
    """`core.samples.make_sample`: the key is (sample, shape, seed), never the array."""
    return make_sample(name, shape, number=number, seed=seed, dtype=dtype)
