"""Fixes on random incompatible shapes, executed with the real layers: the code runs and gives what was promised."""

from itertools import combinations, permutations, product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import MERGES, MergeError, align
from core.merges.align import align_row
from core.merges.operations import find
from tests.core.merges.running_fixes import as_promised, kept_values, run_fix
from tests.core.merges.symbolic import symbolic_cases

pytestmark = pytest.mark.keras
CASES = 25  # for each of the eight merges
SETTINGS = {"deadline": None, "derandomize": True, "database": None, "suppress_health_check": list(HealthCheck)}


def rejection(operation, shapes, options):
    try:
        align(operation, shapes, **options)
    except MergeError as error:
        return error
    return None


@st.composite
def clashing_cases(draw, operation):
    """Shapes that stem from one, permuted, cut, enlarged or of lower rank, mostly incompatible."""
    grid = draw(st.lists(st.sampled_from([2, 3, 4, 5, 6, 7, 8]), min_size=1, max_size=3))
    base = [draw(st.sampled_from([2, 3])), *grid, draw(st.sampled_from([1, 2, 3, 5]))]
    shapes = [tuple(base), tuple(draw(_changed(base)))]
    options = {}
    if operation == "Concatenate":
        options = {"axis": draw(st.sampled_from([-1, -1, 1, len(base), 2]))}
    if operation == "Dot":
        options = {"axes": draw(st.sampled_from([-1, 1, 0, 2]))}
    if MERGES[operation].exactly is None and not draw(st.integers(0, 4)):
        shapes.append(tuple(draw(_changed(base))))
    return shapes, options


@st.composite
def _changed(draw, base):
    kind = draw(st.sampled_from(["permuted", "size", "size", "shorter", "ones", "batch"]))
    shape = list(base)
    if kind == "permuted":
        return shape[:1] + draw(st.permutations(shape[1:]))
    if kind == "size":
        axis = draw(st.integers(1, len(shape) - 1))
        shape[axis] = draw(st.sampled_from([shape[axis] + 1, shape[axis] + 2, 2 * shape[axis], 3 * shape[axis] + 1]))
    if kind == "shorter":
        return shape[: draw(st.integers(1, len(shape) - 1)) + 1]
    if kind == "ones":
        return [shape[0], *(draw(st.sampled_from([1, size])) for size in draw(st.permutations(shape[1:])))]
    if kind == "batch":
        return draw(st.sampled_from([[1, *shape[1:]], shape[1:], [shape[0] + 2, *shape[1:]]]))
    return shape


@pytest.mark.parametrize("operation", list(MERGES))
def test_the_code_of_every_fix_does_what_it_promises(operation):
    """Each line is executed: the inputs and the result have the promised shapes, and the values are kept or not."""
    run = []

    @settings(max_examples=CASES, **SETTINGS)
    @given(clashing_cases(operation) | symbolic_cases(operation))
    def check(case):
        shapes, options = case
        error = rejection(operation, shapes, options)
        for fix in error.fixes if error and shapes else ():
            _check_fix(operation, shapes, options, fix)
            run.append(fix)

    check()
    assert len(run) > CASES / 4


def _check_fix(operation, shapes, options, fix):
    assert fix.code
    promised = align(operation, fix.shapes, **{**options, **fix.options})
    after, result = run_fix(operation, shapes, options, fix)
    assert len(after) == len(fix.shapes)
    assert all(map(as_promised, fix.shapes, after)), (shapes, fix)
    assert as_promised(promised.output_shape, result), (shapes, fix)
    if fix.keeps_values and all(None not in shape and 0 not in shape for shape in shapes):
        assert kept_values(shapes, fix), (shapes, fix)


@pytest.mark.parametrize("operation", list(MERGES))
def test_the_first_fix_loses_nothing_where_one_loses_nothing(operation):
    """A search of its own over axes, orders of axes and inserted axes: if it finds a fix, the first offered is such."""
    compared = []

    @settings(max_examples=3 * CASES, **SETTINGS)
    @given(clashing_cases(operation))
    def check(case):
        shapes, options = case
        error = rejection(operation, shapes, options)
        if error and loses_nothing_somehow(operation, shapes, options):
            assert error.fixes, (shapes, options)
            assert error.fixes[0].keeps_values, (shapes, options, error.fixes[0])
            compared.append(shapes)

    check()
    assert len(compared) >= CASES / 8


def loses_nothing_somehow(operation, shapes, options):
    """By trying everything: another axis, another order of one input's axes, size-1 axes inserted into it."""
    rank = max(map(len, shapes))
    if operation == "Concatenate" and any(fits(operation, shapes, {"axis": axis}) for axis in range(1, rank)):
        return True
    if operation == "Dot":
        pairs = product(range(1, len(shapes[0])), range(1, len(shapes[1])))
        if len(shapes) == 2 and any(fits(operation, shapes, {"axes": pair}) for pair in pairs):
            return True
    return any(
        fits(operation, changed, options) and operation_meets(operation, changed, number)
        for number, shape in enumerate(shapes)
        for other in rearranged(shape, rank)
        for changed in [[*shapes[:number], other, *shapes[number + 1 :]]]
    )


def rearranged(shape, rank):
    for order in set(permutations(shape[1:])):
        yield (shape[0], *order)
    for positions in combinations(range(1, rank), max(0, rank - len(shape))) if len(shape) < rank else ():
        sizes = iter(shape[1:])
        yield (shape[0], *(1 if axis in positions else next(sizes) for axis in range(1, rank)))


def operation_meets(operation, shapes, number):
    """Whether the changed input is aligned with equal sizes: else all pairs of everything would count as a fix."""
    if operation in ("Concatenate", "Dot"):
        return operation == "Concatenate" or len(shapes[number]) == len(shapes[number - 1])
    rank = max(map(len, shapes))
    wide = [(*shape[:1], *[1] * (rank - len(shape)), *shape[1:]) for shape in shapes]
    return all(
        size == 1 or any(other[axis] == size for at, other in enumerate(wide) if at != number)
        for axis, size in enumerate(wide[number])
    )


def fits(operation, shapes, options):
    try:
        alignment = align_row(find(operation), shapes, fixes=False, **options)
    except MergeError:
        return False
    return all(entry.read_shape == entry.expanded_shape for entry in alignment.inputs)
