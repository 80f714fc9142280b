"""Fixes as data: each is accepted, the milder first, no more than five, and none that helps nothing."""

import pytest
from hypothesis import HealthCheck, given, settings

from core import MERGES, Fix, MergeError, align
from core.merges.keras_ops import align_operator
from core.merges.odd_sizes import OddSize, odd_size
from tests.core.merges.symbolic import symbolic_cases

CASES = 250  # for each of the eight merges


def rejection(operation, shapes, **options):
    with pytest.raises(MergeError) as caught:
        align(operation, shapes, **options)
    return caught.value


def codes(operation, shapes, **options):
    return [fix.code for fix in rejection(operation, shapes, **options).fixes]


def test_all_of_a_fix():
    """Text, shapes, the options that change, and the line to paste."""
    fix = rejection("Multiply", [(2, 20, 20, 256), (2, 20, 20)]).fixes[0]
    assert fix == Fix(
        "Insert a size-1 axis at position 3 of input 1: (2, 20, 20) becomes (2, 20, 20, 1)",
        ((2, 20, 20, 256), (2, 20, 20, 1)),
        {},
        "b = keras.layers.Reshape((20, 20, 1))(b)",
    )
    assert hash(fix) == hash(fix)
    axis = rejection("Concatenate", [(None, 16, 16, 16, 512), (None, 16, 16, 16, 256)], axis=1).fixes[0]
    assert axis.options == {"axis": 4}
    assert axis.shapes == ((None, 16, 16, 16, 512), (None, 16, 16, 16, 256))


def test_a_small_difference_is_padded_or_cropped():
    """Both are offered, with the side: 1 at the end, 2 on both sides."""
    assert codes("Concatenate", [(2, 21, 21, 8), (2, 20, 20, 8)]) == [
        "b = keras.layers.ZeroPadding2D(((0, 1), (0, 1)))(b)",
        "a = keras.layers.Cropping2D(((0, 1), (0, 1)))(a)",
    ]
    assert codes("Add", [(2, 22, 22, 8), (2, 20, 20, 8)])[0] == "b = keras.layers.ZeroPadding2D(((1, 1), (1, 1)))(b)"
    texts = [str(fix.text) for fix in rejection("Add", [(2, 22, 22, 8), (2, 20, 20, 8)]).fixes]
    assert [text.split(":")[0] for text in texts] == [
        "Pad input 1 with zeros on both sides",
        "Crop input 0 on both sides",
    ]


def test_useless_fixes_are_not_offered():
    """The mean of a skip connection, pairs of all samples, every input in one shape, a resize beside a permutation."""
    for shapes in ([(2, 20, 20, 256), (2, 256, 20, 20)], [(32, 5), (16, 5)], [(2, 20, 20, 256), (20, 20)]):
        for fix in rejection("Multiply", shapes).fixes:
            assert "Average" not in fix.text
            assert "Give every input" not in fix.text
            assert len({len(shape) for shape in (*fix.shapes, shapes[0])}) <= 2
    assert all("Resizing" not in code for code in codes("Multiply", [(None, 50, 16), (None, 16, 50)]))
    assert codes("Add", [(0, 2), (0, 2)]) == []  # nothing helps an empty batch


def test_a_question_comes_first_where_the_batch_axis_was_left_out():
    """Also with the change that is needed after it; not where one sample is repeated, or one input alone lacks it."""
    first = rejection("Multiply", [(64, 48, 48), (1, 1, 64)]).fixes[0]
    assert "leave out the batch axis" in first.text
    assert first.shapes == ((None, 64, 48, 48), (None, 64, 1, 1))
    assert first.code.endswith("b = keras.layers.Permute((3, 1, 2))(b)")
    assert "leave out" not in rejection("Multiply", [(1, 4, 5), (5, 4, 5)]).fixes[0].text
    assert "missing batch axis" in rejection("Multiply", [(4, 3), (2, 4, 3)]).fixes[0].text


def test_fixes_of_operators():
    """By their own rule and with their own code."""
    with pytest.raises(MergeError) as caught:
        align_operator("Multiply", [(2, 20, 20, 7), (2, 7)])
    assert caught.value.fixes[0].code == "b = keras.layers.Reshape((1, 1, 7))(b)"
    with pytest.raises(MergeError) as caught:
        align_operator("Concatenate", [(2, 3, 5), (2, 3, 7)], axis=1)
    assert caught.value.fixes[0].code == "y = keras.ops.concatenate([a, b], axis=2)"


@pytest.mark.parametrize("operation", list(MERGES))
def test_every_fix_is_accepted(operation):
    """Over random shapes: no more than five, no two alike, those that keep every value first."""
    rejected = []

    @settings(
        max_examples=CASES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(symbolic_cases(operation))
    def compare(case):
        shapes, options = case
        try:
            align(operation, shapes, **options)
        except MergeError as error:
            rejected.append(error)
            _check_fixes(operation, tuple(shapes), options, error)

    compare()
    assert len(rejected) > CASES / 20


def _check_fixes(operation, shapes, options, error):
    assert len({(fix.shapes, str(fix.options)) for fix in error.fixes}) == len(error.fixes) <= 5
    assert [fix.keeps_values for fix in error.fixes] == sorted((fix.keeps_values for fix in error.fixes), reverse=True)
    for fix in error.fixes:
        assert fix.text
        assert fix.code
        align(operation, fix.shapes, **{**options, **fix.options})
    for number, axis in error.axes:
        assert 0 <= number < len(shapes)
        assert 0 <= axis < max(1, len(shapes[number]))


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


@pytest.mark.parametrize(
    ("sizes", "found"),
    [
        ({89, 88}, OddSize(89, 2, 44, 88)),
        ({89, 90}, OddSize(89, 2, 45, 90)),
        ({90, 88}, OddSize(90, 4, 22, 88)),
        ({101, 96}, OddSize(101, 8, 12, 96)),
        ({20, 10}, None),
        ({3, 2}, None),
        ({7}, None),
        ({100, 80}, None),
    ],
)
def test_odd_sizes(sizes, found):
    """Which size is not a multiple of which factor, by hand."""
    assert odd_size(sizes) == found
    if found:
        assert found.odd % found.factor
        assert found.back == found.pooled * found.factor
