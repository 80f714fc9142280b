"""The link from a merge of a model to the Merge lab: every option goes along, or there is no link and it says why."""

import pytest

from core import align
from core.merges.shape_text import parse_shape
from sandbox.model_file.file import MergeEntry, Operand
from ui.inspector.merge_details import lab_parameters


def entry(operation, shapes, kind="layer", **options):
    operands = tuple(Operand(f"l{number}", 0, shape) for number, shape in enumerate(shapes))
    return MergeEntry("m", "m", operation, kind, operation, (), 0, operands, None, options).aligned()


def reread(parameters):
    """The request that the lab reads from a link."""
    shapes = [parse_shape(parameters[f"s{number}"]) for number in range(int(parameters["n"]))]
    options = {}
    if "axis" in parameters:
        options["axis"] = int(parameters["axis"])
    if "axes" in parameters:
        parts = [int(part) for part in parameters["axes"].split(",")]
        options["axes"] = parts[0] if len(parts) == 1 else tuple(parts)
    return parameters["op"], shapes, options


@pytest.mark.parametrize(
    ("operation", "shapes", "options"),
    [
        ("Multiply", [(None, 20, 20, 256), (None, 20, 20, 1)], {}),
        ("Add", [(None, None, 7), (None, 1, 7)], {}),
        ("Concatenate", [(None, 3, 5), (None, 4, 5)], {"axis": 1}),
        ("Dot", [(None, 7, 10), (None, 10, 8)], {"axes": [2, 1]}),
        ("Dot", [(None, 7), (None, 7)], {"axes": 1}),
        ("Dot", [(None, 7), (None, 7)], {"axes": -1, "normalize": True}),
        ("Maximum", [(None, 3, 5)] * 6, {}),
        ("Add", [(4, 3), (4, 3)], {}),
    ],
)
def test_the_lab_shows_the_same_merge(operation, shapes, options):
    """Shapes with None, a known batch, axis, axes and normalize: the lab reads what the model has."""
    parameters = lab_parameters(entry(operation, shapes, **options))
    assert isinstance(parameters, dict)
    name, read, read_options = reread(parameters)
    assert name == operation
    assert read == [tuple(shape) for shape in shapes]
    expected = {k: v for k, v in options.items() if k != "normalize"}
    assert align(name, read, **read_options) == align(operation, shapes, **expected)
    assert (parameters.get("norm") == "True") == bool(options.get("normalize"))


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (entry("Concatenate", [(None, 4)] * 9, axis=-1), "at most 6 inputs, this merge has 9"),
        (entry("Add", [(None, 4), (None, 4)], kind="operator"), "aligns its operands differently"),
        (entry("Add", [(None, 4), None]), "Not all shapes are known"),
        (entry("Add", [(None, 1, 2, 3, 4, 5, 6)] * 2), "at most 6 axes"),
    ],
)
def test_no_link_says_why(found, reason):
    """What the lab cannot show has no link, and one sentence says so."""
    assert reason in lab_parameters(found)
