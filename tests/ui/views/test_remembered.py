"""Results that are kept by the identity of arrays and traces, and go with them; never more bytes than allowed."""

import gc
import sys
import threading
from dataclasses import dataclass

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.digests import digest
from ui.views.cached import EACH, Results, remembered


def test_results_are_kept_by_identity_and_go_with_the_array():
    calls = []

    @remembered
    def total(array, factor, _note=""):
        calls.append(_note)
        return float(array.sum()) * factor

    array = np.arange(7.0)
    array.flags.writeable = False
    assert total(array, 3) == total(array, 3, "not part of the key") == 63.0
    assert total(array, 5) == 105.0
    assert len(calls) == 2
    other = np.arange(11.0)  # may change, so nothing is kept
    assert total(other, 2) == 110.0
    other[0] = 13.0
    assert total(other, 2) == 136.0
    del array
    gc.collect()
    again = np.full(7, 2.0)
    again.flags.writeable = False
    assert total(again, 3) == 42.0


def test_a_digest_follows_an_array_that_changes():
    array = np.arange(5)
    before = digest(array)
    array[0] = 17
    assert digest(array) != before
    fixed = array.copy()
    fixed.flags.writeable = False
    assert digest(fixed) == digest(array) == digest(fixed)


def test_a_result_that_is_held_elsewhere_is_found_again():
    calls = []

    @Results(EACH + 40).remembered
    def row(size):
        calls.append(size)
        return np.arange(float(size))

    first = row(3)
    row(5)
    assert row(3) is first
    assert calls == [3, 5]
    row(5)
    del first
    gc.collect()
    assert row(3).size == 3
    assert calls == [3, 5, 5, 3]


def test_a_result_that_is_held_elsewhere_goes_with_its_array():
    calls = []

    @Results(EACH + 40).remembered
    def doubled(array):
        calls.append(array.size)
        return 2 * array

    array, other = np.arange(3.0), np.arange(5.0)
    array.flags.writeable = other.flags.writeable = False
    held = doubled(array)
    doubled(other)
    array = None
    gc.collect()
    again = np.full(3, 7.0)  # may have the place in memory of the first array
    again.flags.writeable = False
    assert doubled(again).tolist() == [14.0] * 3 != held.tolist()


@dataclass(frozen=True, eq=False)
class Pair:
    """Two arrays."""

    first: np.ndarray
    second: np.ndarray


def test_the_result_that_was_used_longest_ago_goes():
    """Room for three of 800 bytes and what is counted for each, whichever function they are of."""
    results, made = Results(3 * (EACH + 800)), []

    @results.remembered
    def zeros(key):
        made.append(key)
        return bytes(800 - sys.getsizeof(b""))

    @results.remembered
    def ones(key):
        made.append(-key)
        return np.ones(100)

    for key in (1, 2):
        zeros(key)
        ones(key)
    assert made == [1, -1, 2, -2]
    ones(1), zeros(2), ones(2)
    assert made == [1, -1, 2, -2]
    zeros(1)
    assert made == [1, -1, 2, -2, 1]
    ones(1)
    assert made == [1, -1, 2, -2, 1, -1]
    ones(2), zeros(1)
    assert made == [1, -1, 2, -2, 1, -1]


def test_an_array_that_several_results_share_counts_once():
    """All views of an array of 800 bytes, in tuples, pairs and dictionaries, take little more than the array."""
    results, made, whole = Results(4 * EACH + 3_000), [], np.arange(100.0)
    whole.flags.writeable = False

    @results.remembered
    def part(form):
        made.append(form)
        forms = {"all": whole, "tuple": (whole[:2], whole[2:]), "pair": Pair(whole, whole[::-1]), "dict": {"a": whole}}
        return forms[form]

    for form in ("all", "tuple", "pair", "dict") * 2:
        part(form)
    assert made == ["all", "tuple", "pair", "dict"]


def test_a_result_that_is_too_large_drops_no_other():
    results, made = Results(EACH + 2_000), []

    @results.remembered
    def row(size):
        made.append(size)
        return bytes(size)

    row(500), row(3_000), row(500), row(3_000)
    assert made == [500, 3_000, 3_000]


def test_small_results_stay_where_large_ones_go():
    """Room for two large and two small ones."""
    results, made = Results(2 * EACH + 500_000, small=2 * EACH + 2_000), []

    @results.remembered
    def row(name, size):
        made.append(name)
        return bytes(size)

    for name, size in (("a", 900), ("b", 900), ("A", 200_000), ("B", 200_000), ("C", 200_000), ("a", 900), ("c", 900)):
        row(name, size)
    assert made == ["a", "b", "A", "B", "C", "c"]
    for name, size in (("B", 200_000), ("C", 200_000), ("a", 900), ("c", 900), ("b", 900), ("A", 200_000)):
        row(name, size)
    assert made == ["a", "b", "A", "B", "C", "c", "b", "A"]


@given(st.integers(0, 12_000), st.lists(st.integers(0, 300), max_size=60))
def test_never_more_bytes_than_allowed(most, sizes):
    results = Results(most)

    @results.remembered
    def rows(size):
        one = np.zeros(size, np.uint8)
        return one, one[: size // 2]

    for size in sizes:
        assert rows(size)[0].size == size
        kept = [EACH + one.result[0].nbytes + sys.getsizeof(one.result) for one in results._large.kept.values()]
        assert sum(kept) == results.bytes <= most


def test_threads_that_make_the_same_count_it_once():
    """Both are in the function at the same time; only the result of one stays."""
    results, both = Results(10_000), threading.Barrier(2)

    @results.remembered
    def row(size):
        both.wait()
        return bytes(size - sys.getsizeof(b""))

    threads = [threading.Thread(target=row, args=(800,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.bytes == EACH + 800
