"""Changes that make shapes fit: each is accepted, and no misfit is left without one."""

import pytest
from hypothesis import HealthCheck, given, settings

from core import MERGES, MergeError, align
from tests.core.merges.symbolic import symbolic_cases


def refusal(operation, shapes, **options):
    with pytest.raises(MergeError) as caught:
        align(operation, shapes, **options)
    return caught.value


CASES = 250  # for each of the eight merges


@pytest.mark.parametrize(
    ("operation", "shapes", "fixed"),
    [
        ("Multiply", [(2, 20, 20, 256), (2, 20, 20)], ((2, 20, 20, 256), (2, 20, 20, 1))),
        ("Add", [(2, 20, 20, 128), (2, 10, 10, 128)], ((2, 20, 20, 128), (2, 20, 20, 128))),
        ("Multiply", [(1, 4, 5), (5, 4, 5)], ((5, 4, 5), (5, 4, 5))),
        ("Multiply", [(4, 3), (2, 4, 3)], ((2, 4, 3), (2, 4, 3))),
        ("Concatenate", [(2, 20, 20, 8), (2, 19, 19, 8)], ((2, 20, 20, 8), (2, 20, 20, 8))),
        ("Subtract", [(2, 3)], ((2, 3), (2, 3))),
        ("Subtract", [(2, 3)] * 3, ((2, 3), (2, 3))),
        ("Dot", [(2, 3, 5), (2, 5, 7)], ((2, 3, 5), (2, 7, 5))),
    ],
)
def test_the_fix_that_people_need(operation, shapes, fixed):
    """Is among those that are offered."""
    assert fixed in [fix.shapes for fix in refusal(operation, shapes).fixes]


@pytest.mark.parametrize(("operation", "shapes", "options"), [
    ("Concatenate", [], {"axis": 3}),
    ("Concatenate", [], {"axis": -5}),
    ("Concatenate", [(2, 3), (2, 3)], {"axis": 6}),
    ("Dot", [(2, 1, 7, 1, 3, 1), (5, 2, 0, 1)], {"axes": (-4, -2)}),
    ("Dot", [], {"axes": (3, 2)}),
])  # fmt: skip
def test_the_last_resort(operation, shapes, options):
    """Where no small change helps, a large one does."""
    fixes = refusal(operation, shapes, **options).fixes
    assert fixes
    for fix in fixes:
        assert align(operation, fix.shapes, **options)


@pytest.mark.parametrize("operation", list(MERGES))
def test_every_misfit_has_a_fix_that_fits(operation):
    """Over random shapes: at least one change, each accepted by `align`, each saying what it does."""
    refused = []

    @settings(
        max_examples=CASES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(symbolic_cases(operation))
    def compare(case):
        shapes, options = case
        try:
            align(operation, shapes, **options)
        except MergeError as error:
            refused.append(error)
            _check_fixes(operation, tuple(shapes), options, error)

    compare()
    assert len(refused) > CASES / 20


def _check_fixes(operation, shapes, options, error):
    if not _hopeless(operation, options):
        assert error.fixes
    assert len({fix.shapes for fix in error.fixes}) == len(error.fixes) <= 5
    for fix in error.fixes:
        assert fix.text
        align(operation, fix.shapes, **options)
    for number, axis in error.axes:
        assert 0 <= number < len(shapes)
        assert 0 <= axis < max(1, len(shapes[number]))


def _hopeless(operation, options):
    """The batch cannot be contracted, whatever the shapes; nor do seven axes get drawn."""
    axes = options.get("axes", -1)
    return operation == "Dot" and 0 in (axes if isinstance(axes, tuple) else (axes,))


@given(symbolic_cases("Multiply"))
@settings(max_examples=300, deadline=None)
def test_the_axes_at_fault_really_clash(case):
    """Each has another size than some other input there, and is not 1."""
    shapes, _ = case
    try:
        align("Multiply", shapes)
    except MergeError as error:
        if "incompatible shapes" in error.keras_message:
            sizes = {shapes[number][axis] for number, axis in error.axes}
            assert len(error.axes) >= 2
            assert not sizes & {1, None}
