"""Results that are kept by the identity of arrays and traces, and go with them."""

import gc

import numpy as np

from core.digests import digest
from ui.views.cached import remembered


def test_results_are_kept_by_identity_and_go_with_the_array():
    calls = []

    @remembered(8)
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

    @remembered(1)
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

    @remembered(1)
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
