"""Changes to an attention map: each by hand on a small map, and what holds for all of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core import MergeError
from core.gates.map_changes import MAP_CHANGES, change_map

MAP = np.array([[0.0, 0.25, 1.0], [0.5, 0.75, 0.1]], dtype="float32")[None, ..., None]
ANY = arrays(np.float32, st.tuples(st.integers(1, 3), st.integers(1, 7), st.integers(1, 5), st.just(1)),
             elements=st.floats(0, 1, width=32))  # fmt: skip


def plane(name, **amounts):
    return change_map(name, MAP, **amounts)[0, ..., 0]


def test_by_hand():
    assert plane("none").tolist() == MAP[0, ..., 0].tolist()
    assert plane("invert").tolist() == [[1, 0.75, 0], [0.5, 0.25, np.float32(0.9)]]
    assert plane("threshold", limit=0.5).tolist() == [[0, 0, 1], [1, 1, 0]]
    assert plane("constant", value=0.5).tolist() == [[0.5] * 3] * 2
    assert plane("shift", right=1 / 3, down=0).tolist() == [[0, 0, 0.25], [0, 0.5, 0.75]]
    assert plane("shift", right=0, down=-0.5).tolist() == [[0.5, 0.75, np.float32(0.1)], [0, 0, 0]]
    # odds of 3 to 1, squared: 9 to 1
    np.testing.assert_allclose(plane("sharpen", temperature=0.5), [[0, 0.1, 1], [0.5, 0.9, 1 / 82]], atol=1e-6)


def test_a_gaussian_is_symmetric_about_its_center():
    found = change_map("gaussian", np.zeros((1, 11, 7, 1), "float32"), across=0.5, middle=0.5, width=0.2)[0, ..., 0]
    assert found[5, 3] == 1
    np.testing.assert_allclose(found, found[::-1, ::-1], atol=1e-6)
    np.testing.assert_allclose(found[5, 4], np.exp(-((1 / 7) ** 2) / (2 * 0.2**2)), rtol=1e-6)


def test_shuffled_keeps_the_values_and_random_depends_on_the_seed_alone():
    assert sorted(plane("permuted", draw=3).ravel()) == sorted(MAP.ravel())
    assert not np.array_equal(plane("permuted", draw=3), plane("permuted", draw=4))
    np.testing.assert_array_equal(plane("random", draw=7), change_map("random", 1 - MAP, draw=7)[0, ..., 0])


@pytest.mark.parametrize("name", MAP_CHANGES)
@settings(deadline=None)
@given(weights=ANY, data=st.data())
def test_every_change_gives_a_map_again(name, weights, data):
    """Same shape, float32, finite, from 0 to 1; and the given map is unchanged."""
    amounts = {amount.name: data.draw(st.sampled_from(amount.choices)) for amount in MAP_CHANGES[name].amounts}
    before = weights.copy()
    found = change_map(name, weights, **amounts)
    assert found.shape == weights.shape
    assert found.dtype == np.float32
    assert np.isfinite(found).all()
    assert found.min() >= 0
    assert found.max() <= 1
    np.testing.assert_array_equal(weights, before)


@settings(deadline=None)
@given(weights=ANY)
def test_changes_that_change_nothing(weights):
    neutral = [row for row in MAP_CHANGES.values() if row.neutral is not None]
    assert {row.name: row.neutral for row in neutral} == {"none": (), "sharpen": (1,), "shift": (0, 0)}
    for row in neutral:
        amounts = {amount.name: value for amount, value in zip(row.amounts, row.neutral, strict=True)}
        np.testing.assert_array_equal(change_map(row.name, weights, **amounts), weights)
    np.testing.assert_allclose(change_map("invert", change_map("invert", weights)), weights, atol=1e-7)


@pytest.mark.parametrize("row", MAP_CHANGES.values())
def test_the_defaults_can_be_chosen(row):
    for amount in row.amounts:
        assert amount.default in amount.choices
        assert (amount.choices[0], amount.choices[-1]) == (amount.low, amount.high)


@pytest.mark.parametrize(
    ("name", "weights", "amounts", "sentence"),
    [
        ("nope", MAP, {}, "There is no change 'nope'; choose one of none, invert"),
        ("invert", MAP[0], {}, "A map should have the shape (batch, rows, columns, 1); it has (2, 3, 1)."),
        ("constant", MAP, {"value": 2}, "value should be between 0 and 1; got 2."),
        ("constant", MAP, {"value": float("nan")}, "value should be between 0 and 1; got nan."),
        ("constant", MAP, {"limit": 1}, "This change takes no limit; it takes value."),
    ],
)
def test_nonsense_gets_a_sentence(name, weights, amounts, sentence):
    with pytest.raises(MergeError) as caught:
        change_map(name, weights, **amounts)
    assert sentence in caught.value.explanation
