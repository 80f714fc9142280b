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
