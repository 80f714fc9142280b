"""The list of merges: filters, shapes in colour, notes."""

import pytest

from sandbox.model_file.file import read_model
from tests.ui.inspector.models import gate_file, keras_file
from ui.inspector.rows import Filters, merge_rows, narrowed, table

MODEL = read_model(gate_file())


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(), ["gate", "sum", "joined"]),
        (Filters(text="GAT"), ["gate"]),
        (Filters(text="concat"), ["joined"]),
        (Filters(operation="Add"), ["sum"]),
        (Filters(only="stretch"), ["gate"]),
        (Filters(only="attention"), ["gate"]),
        (Filters(text="sum", only="attention"), []),
        (Filters(text="*"), []),
    ],
)
def test_filters(filters, found):
    """Each filter alone and together, in the order of the graph."""
    assert [entry.id for entry in narrowed(MODEL.merges, filters)] == found


def test_rows_say_what_is_broadcast():
    """The one channel of the map is marked, and the line below says so; joined axes are marked too."""
    gate, _, joined = merge_rows(MODEL.merges, "gate", {"joined": "data:,"})
    assert [size.role for size in gate.shapes[1]] == ["", "", "", "stretched"]
    assert [size.size for size in gate.shapes[2]] == ["None", "3", "5", "7"]
    assert gate.note == "input 1 is broadcast along axis 3"
    assert gate.chosen
    assert not joined.chosen
    assert joined.thumb == "data:,"
    assert {size.role for shape in joined.shapes for size in shape} == {"", "joined"}


def test_an_operator_is_told_as_one():
    """`x * y` is called what people wrote."""
    file = keras_file(
        [
            ("a", "InputLayer", [None, 5, 7], []),
            ("b", "InputLayer", [None, 5, 1], []),
            ("m", "x * y", [None, 5, 7], ["a", "b"]),
        ],
        ["m"],
    )
    (row,) = merge_rows(read_model(file).merges, "", {})
    assert row.operation == "x * y"
    assert row.sign == "×"


def test_a_misfit_is_a_fault():
    """Incompatible shapes make a row without an alignment, marked, and the rest of the model is read."""
    file = keras_file(
        [
            ("a", "InputLayer", [None, 5, 7], []),
            ("b", "InputLayer", [None, 3, 7], []),
            ("m", "Add", [None, 5, 7], ["a", "b"]),
        ],
        ["m"],
    )
    (row,) = merge_rows(read_model(file).merges, "m", {})
    assert row.fault
    assert row.note == "Incompatible shapes"


def test_table():
    """A heading and a line for each merge, as many cells each."""
    rows = table(MODEL.merges)
    assert len(rows) == 4
    assert {len(row) for row in rows} == {7}
    assert rows[1][1:3] == ["gate", "Multiply"]
    assert "(None, 3, 5, 1)" in rows[1][4]
