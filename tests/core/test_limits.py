"""How large is too large."""

import pytest

from core import MergeError
from core.limits import MAX_ELEMENTS, check_elements


@pytest.mark.parametrize(
    ("shapes", "result"),
    [
        ([(2, 3), (2, 3)], (2, 3)),
        ([(2_000, 2_000)], (2_000, 2_000)),
        ([()], ()),
        ([(60_000, 60_000, 0)], (60_000, 60_000, 0)),
        ([(None, 2_000, 2_000)], (None, 2_000, 2_000)),
        ([], (3,)),
    ],
)
def test_what_is_computed(shapes, result):
    """Four million cells are still fine; None counts as 1."""
    check_elements(shapes, result)


@pytest.mark.parametrize(
    ("shapes", "result", "text"),
    [
        ([(60_000, 60_000)], (60_000, 60_000), "(60000, 60000) has 3,600,000,000 elements; at most 4,000,000 are co"),
        ([(3, 5), (2_000, 2_001)], (3, 5), "(2000, 2001) has 4,002,000 elements"),
        (
            [(1, 60_000, 1), (1, 1, 60_000)],
            (1, 60_000, 60_000),
            "The result (1, 60000, 60000) has 3,600,000,000",
        ),
        ([(65_536,) * 6], (1,), "has 79,228,162,514,264,337,593,543,950,336 elements"),
        ([(None, 3_000, 3_000)], (1,), "(None, 3000, 3000) has 9,000,000 elements"),
    ],
)
def test_what_is_too_much(shapes, result, text):
    """Says which tensor, how many cells were asked for and how many there may be."""
    with pytest.raises(MergeError) as caught:
        check_elements(shapes, result)
    assert text in str(caught.value)
    assert f"{MAX_ELEMENTS:,}" in str(caught.value)
