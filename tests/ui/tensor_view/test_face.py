"""The Python side: what is sent, how large it is, what is refused, and what old links become."""

import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from core import align, merge
from core.merges.samples import make_sample
from core.tensor_view import values_view
from core.tensor_view.frame import frame_of
from core.tensor_view.payload import payload
from core.tensor_view.selection import read_selection
from tests.ui.tensor_view.demo import CASES, counting, merge_view
from ui.tensor_view import WORDS, Order, Panel, Scale, Selection, TensorView
from ui.tensor_view.face import _asked, joined_script


def meta_of(view):
    """The plan as JavaScript gets it."""
    return json.loads(json.dumps(payload(view, None)["meta"]))


def test_numbers_cross_once_and_unchanged():
    """One row, in order; at most a tenth more than the bytes themselves."""
    view = replace(CASES["gate"](), live=False)
    data = payload(view, None)
    sent = data["numbers"]
    assert sent.dtype == np.float32
    np.testing.assert_array_equal(sent, np.concatenate([panel.value.ravel() for panel in view.panels]))
    sink = pa.BufferOutputStream()
    column = pa.table({"v": sent})
    with pa.ipc.new_stream(sink, column.schema) as writer:
        writer.write_table(column)
    assert sink.getvalue().size + len(json.dumps(data["meta"])) <= 1.1 * sum(
        panel.value.nbytes for panel in view.panels
    )


def test_a_result_that_the_browser_can_compute_is_not_sent():
    """Where it would come out the same to the bit: live, element by element, float32. How it does: tests/js."""
    gate = CASES["gate"]()
    data = payload(gate, None)
    assert data["meta"]["computed"] is True
    assert [panel["start"] for panel in data["meta"]["panels"]] == [0, gate.panels[0].value.size, None]
    np.testing.assert_array_equal(data["numbers"], np.concatenate([panel.value.ravel() for panel in gate.panels[:2]]))
    x, whole = counting((2, 3, 5)), counting((2, 3, 1)).astype("int64")
    for inputs, operation, live in (([x, x], "Multiply", False), ([x, whole], "Add", True), ([x, x], "Dot", True)):
        meta = meta_of(merge_view(operation, inputs, live=live))
        assert meta["computed"] is False
        assert None not in [panel["start"] for panel in meta["panels"]]


def derived(operation, inputs, backend="tensorflow", change=0.0):
    """A view of a merge of the lab, its result changed at one element."""
    merged = merge(operation, inputs, backend=backend)
    value = merged.value.copy()
    value.flat[-1] += change
    return values_view(merged.alignment, [*inputs, value])


@pytest.mark.parametrize(
    ("operation", "shapes"),
    [
        ("Add", [(2, 1, 1, 31), (2, 5, 7, 1)]),
        ("Add", [(2, 1, 1, 31), (2, 5, 7, 1), (2, 5, 7, 31)]),
        ("Multiply", [(2, 5, 7, 31), (2, 31)]),  # Keras inserts axes
        ("Subtract", [(37, 31), (37, 1)]),
    ],
)
def test_a_large_result_of_the_lab_is_not_sent(operation, shapes):
    """BAM's inputs have 512 and 800 values and its result 204,800."""
    inputs = [make_sample("normal", shape, number=number) for number, shape in enumerate(shapes)]
    data = payload(derived(operation, inputs), None)
    assert data["meta"]["computed"] is True
    assert data["numbers"].size == sum(value.size for value in inputs)
    assert payload(derived(operation, inputs), None, whole=True)["meta"]["computed"] is False


def test_a_result_that_would_come_out_otherwise_is_sent():
    """Of another operation, of integers, changed by one rounding, small; subnormals, which TensorFlow makes 0."""
    inputs = [make_sample("uniform", (2, 5, 7, 31), number=number) for number in range(2)]
    tiny = [value * np.float32(1e-20) for value in inputs]
    whole = [make_sample("counting", (2, 5, 7, 31), number=number, dtype="int32") for number in range(2)]
    views = [
        derived("Average", inputs), derived("Add", whole), derived("Multiply", inputs, change=1e-6),
        derived("Add", [value[:, :1, :1] for value in inputs]), derived("Multiply", tiny),
        replace(derived("Add", inputs), derived=False),
    ]  # fmt: skip
    assert [payload(view, None)["meta"]["computed"] for view in views] == [False] * len(views)
    assert payload(derived("Multiply", tiny, backend="numpy"), None)["meta"]["computed"] is True


def test_a_column_that_is_read_as_a_bias_comes_out_as_keras_has_it():
    """Add on TensorFlow may read (n, 1) as (1, n): what the browser would compute is another result, so it is sent."""
    inputs = [make_sample("normal", shape, number=number) for number, shape in enumerate([(37, 37), (37, 1)])]
    view = derived("Add", inputs)
    data = payload(view, None)
    expected = np.array_equal(inputs[0] + inputs[1], view.panels[-1].value)
    assert data["meta"]["computed"] is expected


def test_equal_views_give_equal_data():
    """Streamlit sends a message again only if it differs."""
    first, second = (payload(CASES["gate"](), None) for _ in range(2))
    assert first["meta"] == second["meta"]
    np.testing.assert_array_equal(first["numbers"], second["numbers"])


def test_handing_back_the_own_choice_changes_nothing():
    """A page that writes the selection into its link and reads it from there must not send the tensors again."""
    view, begun = CASES["note"](), Selection(channel=2)
    held = {
        "channel": 3,
        "at": [3, 0, 0],
        "cell": None,
        "panel": None,
        "axes": [1, 2],
        "order": "index",
        "given": begun.sent(),
    }
    told = read_selection(held, view, meta_of(view))
    assert _asked(told, held) == begun.sent()
    placed = Selection(at=(3, 0, 0))
    assert _asked(placed, held) == begun.sent(), "a place tells the channel too"
    assert _asked(Selection(channel=1), held) == Selection(channel=1).sent(), "another choice goes through"
    assert _asked(None, {}) is None
    assert _asked(begun, {}) == begun.sent()


@pytest.mark.parametrize(
    ("shapes", "axes"),
    [
        ([(5, 1, 5), (5, 4, 5)], [1, 2]),
        ([(1, 20, 20, 256)] * 2, [1, 2]),
        ([(2, 4, 100)] * 2, [0, 1]),
        ([(2, 256)] * 2, [0, 1]),
        ([(2, 1, 1, 256)] * 2, [2, 3]),
        ([(2, 3, 4, 5, 6)] * 2, [2, 3]),
        ([(7,)] * 2, [None, 0]),
        ([()] * 2, [None, None]),
    ],
)
def test_default_axes(shapes, axes):
    """The last two; with many channels the two before them."""
    assert meta_of(merge_view("Multiply", [np.ones(shape, "float32") for shape in shapes]))["axes"] == axes


def test_axes_follow_the_alignment():
    """Inserted axes, the bias of TensorFlow, and the summed axis of Dot."""
    frames = {name: frame_of(CASES[name]()) for name in ("inserted", "bias", "dot", "chain")}
    assert frames["inserted"].axes == ((0, 1, 2, 3), (0, 3), (0, 1, 2, 3))
    assert frames["bias"].axes[1] == (1, 0), "the column is read as a row"
    assert frames["dot"].axes == ((0, 1, 3), (0, 3, 2), (0, 1, 2))
    assert frames["dot"].sizes == (2, 3, 5, 8)
    assert frames["chain"].axes[3] == (0, 1, 2, 4)
    assert frames["chain"].sizes == (1, 12, 12, 8, 4)


@pytest.mark.parametrize(
    ("value", "note"),
    [
        (np.broadcast_to(np.float32(0), (5000, 1000)), "5,000,000 elements are too many"),
        (np.zeros((2, 0, 3)), "An axis has size 0"),
        (np.zeros((1,) * 7), "7 axes are too many"),
        (np.zeros(3, complex), "complex128 cannot be drawn"),
        (np.array(["a"]), "cannot be drawn"),
        (np.array([None]), "object cannot be drawn"),
    ],
)
def test_what_cannot_be_drawn_says_why(value, note):
    """And none of it is sent."""
    data = payload(TensorView((Panel("bad", value), Panel("good", counting((2, 3))))), None)
    bad, good = data["meta"]["panels"]
    assert note in bad["note"]
    assert bad["start"] is None
    assert good["note"] == ""
    assert good["start"] == 0
    assert len(data["numbers"]) == 6


def test_odd_values_are_numbers_too():
    """All NaN, bool, integers beyond float32, and an overflow."""
    panels = meta_of(
        TensorView(
            tuple(
                Panel("t", value)
                for value in (np.full(3, np.nan), np.array([True]), np.array([2**40]), np.array([1e39]))
            )
        )
    )["panels"]
    assert all(panel["note"] == "" for panel in panels)
    assert panels[2]["type"] == "int64"
    assert panels[1]["type"] == "bool"


@pytest.mark.parametrize("dtype", ["int32", "uint32", "int64", "uint64"])
def test_integers_cross_as_they_are(dtype):
    """As float32 up to 2^24, as pairs that make up a double beyond; past 2^53 the panel says that they are rounded."""
    top = min(2**53, int(np.iinfo(dtype).max))
    for value in (2**24, 2**24 + 1, top - 1, top):
        values = np.array([3, value, 7], dtype)
        data = payload(TensorView((Panel("small", np.arange(2.0)), Panel("t", values))), None)
        row = data["numbers"][2:]
        assert data["meta"]["panels"][1]["doubles"] == (value > 2**24)
        assert data["meta"]["panels"][1]["type"] == dtype
        read = np.frombuffer(row.tobytes(), "<f8") if value > 2**24 else row
        assert read.astype(dtype).tolist() == values.tolist()
    if top == 2**53:
        for value in (2**53 + 1, int(np.iinfo(dtype).max)):
            panel = meta_of(TensorView((Panel("t", np.array([value], dtype)),)))["panels"][0]
            assert panel["type"] == f"{dtype} · rounded beyond 2⁵³"


def test_integers_beyond_float32_are_told_apart():
    """2^24 + 1 is 2^24 in float32; a browser that has one must be sent the other."""
    one, other = (payload(TensorView((Panel("t", np.array([2**24 + add])),)), None)["meta"] for add in (1, 2))
    assert one["panels"][0]["digest"] != other["panels"][0]["digest"]


def test_limits_that_make_no_sense_are_left_out():
    """Fixed limits need a low and a high end."""
    for limits in (None, (1.0, 1.0), (2.0, 1.0), (0.0, float("nan"))):
        view = TensorView((Panel("t", counting((2, 3))),), scale=Scale(range="fixed", limits=limits))
        assert meta_of(view)["scale"] == {"kind": "auto", "range": "tensor", "limits": None}


def test_orders_that_are_no_permutation_are_left_out():
    """An order names every channel once."""
    view = TensorView(
        (Panel("t", counting((1, 2, 2, 3))),),
        orders=(Order("a", "A", (2, 0, 1)), Order("b", "B", (0, 1)), Order("c", "C", (0, 0, 1))),
    )
    assert [order["name"] for order in meta_of(view)["orders"]] == ["index", "a"]


def test_panels_must_fit():
    """A wrong alignment or wrong axes are rejected at once."""
    with pytest.raises(ValueError, match="the panels have"):
        payload(TensorView((Panel("t", counting((2, 3))),), align("Add", [(2, 3), (2, 3)])), None)
    with pytest.raises(ValueError, match="name a different shared axis"):
        payload(TensorView((Panel("t", counting((2, 3)), axes=(0, 0)),)), None)
    with pytest.raises(ValueError, match="at least one panel"):
        payload(TensorView(()), None)


def test_the_script_is_one_module_and_takes_no_text_from_outside():
    """Titles go in as data; nothing is parsed as HTML."""
    script = joined_script()
    assert "export " not in script
    assert "const index = (() => {" in script
    assert "import " not in script.replace("// ", "")
    for risky in ("innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "http://", "https://"):
        assert risky not in script.replace("http://www.w3.org/2000/svg", "")


def test_words_can_be_translated_one_by_one():
    """What a page does not translate stays English."""
    words = meta_of(TensorView((Panel("t", counting((2, 3))),), words={"play": "播放"}))["words"]
    assert words == {**WORDS, "play": "播放"}


def test_merged_values_are_what_is_sent():
    """The demo's views hold what the engine gives."""
    x, gate = counting((5, 1, 5)), counting((5, 4, 5), 51)
    np.testing.assert_array_equal(CASES["note"]().panels[-1].value, merge("Multiply", [x, gate]).value)


def page_of_many_views():
    import streamlit as st

    from ui.tensor_view.face import _last

    for number in [*range(100), 50, *range(100, 140)]:
        last = _last(f"view {number}")
        st.write(number, last.moves)
        last.moves = number


def test_of_the_views_of_a_session_the_last_are_known():
    """Of 140, each with a key of its own, 64; one that was drawn again is among the last."""
    app = AppTest.from_function(page_of_many_views).run()
    views = app.session_state["views_last"]
    assert list(views) == [f"view {number}" for number in [*range(77, 100), 50, *range(100, 140)]]
    assert [last.moves for last in views.values()] == [*range(77, 100), 50, *range(100, 140)]
    assert [text.value for text in app.markdown].count("`50` `50`") == 1
