"""The cache of arrays: shared, read-only, and never larger than its limit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.merges.samples import make_sample
from ui.views import cached
from ui.views.cached import ArrayCache


def test_by_hand():
    """Room for three arrays of 8 bytes: the fourth drops the one used longest ago."""
    cache, made = ArrayCache(24), []

    def get(key):
        return cache.get(key, lambda: made.append(key) or np.full(8, key, np.uint8))

    first = get(1)
    assert get(1) is first
    get(2), get(3), get(1), get(4)
    assert made == [1, 2, 3, 4]
    get(1), get(2)
    assert made == [1, 2, 3, 4, 2]
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 0


def test_an_array_in_use_is_found():
    """It was dropped, but a session shows it; another is made only when the last has let go of it."""
    cache = ArrayCache(8)
    shown = cache.get("shown", lambda: np.zeros(8, np.uint8))
    cache.get("other", lambda: np.zeros(8, np.uint8))
    assert cache.get("shown", lambda: np.ones(8, np.uint8)) is shown
    cache.get("other", lambda: np.zeros(8, np.uint8))
    del shown
    assert cache.get("shown", lambda: np.ones(8, np.uint8)).all()


@given(st.integers(0, 40), st.lists(st.integers(0, 12), max_size=60))
def test_never_more_bytes_than_the_limit(limit, sizes):
    cache = ArrayCache(limit)
    for size in sizes:
        assert len(cache.get(size, lambda size=size: np.zeros(size, np.uint8))) == size
        kept = [array.nbytes for array in cache._arrays.values()]
        assert sum(kept) == cache._bytes <= limit


def test_a_sample_is_the_engines():
    """All sessions get one array."""
    asked = {"number": 1, "seed": 7, "dtype": "float32"}
    found = cached.sample("normal", (2, 3, 5), **asked)
    np.testing.assert_array_equal(found, make_sample("normal", (2, 3, 5), **asked))
    assert cached.sample("normal", (2, 3, 5), **asked) is found
    assert not found.flags.writeable
