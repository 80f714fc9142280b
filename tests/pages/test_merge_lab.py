"""The Merge lab, page logic without a browser: every preset in both languages, fixes, bad input."""

import io

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import MergeError, align
from core.merges.presets import PRESETS
from core.merges.shape_text import format_shape
from tests.pages.opened import opened, words

PAGE = "pages/1_Merge_lab.py"


def open_lab(**parameters) -> AppTest:
    """The page as a link with these parameters opens it."""
    return opened(PAGE, **parameters)


def link(preset) -> dict[str, object]:
    """The parameters that a preset stands for."""
    axes = preset.axes if isinstance(preset.axes, int) else ",".join(map(str, preset.axes))
    shapes = {f"s{number}": format_shape(shape) for number, shape in enumerate(preset.shapes)}
    fills = {f"f{number}": preset.sample for number in range(len(preset.shapes))}
    options = {"op": preset.operation, "n": len(preset.shapes), "axis": preset.axis, "axes": axes}
    return {**shapes, **fills, **options, "norm": str(preset.normalize).lower()}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", list(PRESETS))
def test_every_preset(name, language):
    """A preset is recognised from its link, tells why it is interesting, and shows a result or a refusal."""
    preset = PRESETS[name]
    app = open_lab(lang=language, **link(preset))
    assert not app.exception
    assert app.selectbox(key="preset").value == name
    text = words(app)
    if language == "en":
        assert preset.why in text
        assert _outcome(preset) in text


def _outcome(preset) -> str:
    try:
        alignment = align(preset.operation, preset.shapes, axis=preset.axis, axes=preset.axes)
    except MergeError as error:
        return error.keras_message
    return f"→ {alignment.output_shape}"


def test_choosing_a_preset_sets_everything():
    """The menu of examples fills in operation, shapes and values."""
    app = open_lab()
    app.selectbox(key="preset").select("error-grid").run()
    assert not app.exception
    assert app.selectbox(key="op").value == "Add"
    assert app.text_input(key="s1").value == "2,10,10,128"
    assert "incompatible shapes" in words(app)


def test_a_fix_mends_the_shapes():
    """The button of a fix sets the shapes, and the refusal is gone."""
    app = open_lab(op="Multiply", s0="2,20,20,256", s1="2,20,20")
    assert "Possible fixes" in words(app)
    app.button(key="fix0").click().run()
    assert app.text_input(key="s1").value == "2,20,20,1"
    assert "Possible fixes" not in words(app)
    assert "→ (2, 20, 20, 256)" in words(app)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Enter a shape, for example 5,1,5."),
        ("20,,256", "A size is missing between two commas."),
        ("20,abc", "abc is not an integer."),
        ("20.5,3", "Sizes must be integers; 20.5 is not an integer."),
        ("-1,3", "Sizes must be at least 0; got -1."),
        ("99999999999999999999", "Sizes are at most 65,536; 99999999999999999999 is larger."),
        ("1,1,1,1,1,1,1", "Got 7 axes; at most 6 are drawn."),
        ("２０，２０", "Please use the digits 0-9"),
        ("__import__('os')", "is not an integer."),
        ("<script>alert(1)</script>", "is not an integer."),
    ],
)
def test_bad_shapes(text, sentence):
    """A shape that cannot be read gets its sentence; the other input and the rest of the page stay."""
    app = open_lab(s1="5,4,5")
    app.text_input(key="s0").set_value(text).run()
    assert not app.exception
    assert sentence in words(app).replace("\\", "")
    assert app.text_input(key="s0").value == text
    assert app.text_input(key="s1").value == "5,4,5"


def test_more_than_can_be_computed():
    """The alignment is still shown, and the sentence names what was asked and the limit."""
    text = words(open_lab(op="Multiply", s0="1,60000,1", s1="1,1,60000"))
    assert "The result (1, 60000, 60000) has 3,600,000,000 elements; at most 4,000,000 are computed." in text
    assert "→ (1, 60000, 60000)" in text


@pytest.mark.parametrize(
    "parameters",
    [
        {"op": "<script>"},
        {"op": "Nope", "n": "inf"},
        {"n": "99"},
        {"seed": "-1"},
        {"seed": "1e400"},
        {"axis": "x", "op": "Concatenate"},
        {"axes": "1,2,3", "op": "Dot"},
        {"axes": "9", "op": "Dot"},
        {"cell": "7,7,7,7"},
        {"cell": "a,b"},
        {"of": "9"},
        {"of": "-2"},
        {"layer": "x"},
        {"plane": "0,0"},
        {"plane": "9,-1", "at": "7,x", "order": "<b>"},
        {"cell": "none"},
        {"f0": "nope", "d0": "complex64"},
        {"f0": "file"},
        {"f0": "list", "v0": "[[1, 2], [3]]"},
        {"lang": "xx"},
        {"s0": "\x00", "s1": "%ff"},
        {"s0": "()", "s1": "()"},
        {"s0": "0,3", "s1": "0,3"},
        {"s0": "None,3", "s1": "2,None"},
        {"op": "Dot", "s0": "2,3", "s1": "2,3", "norm": "maybe"},
        {"op": "Dot", "s0": "2,3", "s1": "2,3", "d0": "int32", "norm": "true"},
        {"d0": "bool", "d1": "bool"},
    ],
)
def test_nonsense_in_the_link(parameters):
    """Whatever stands in a link, the page is whole and no exception shows."""
    app = open_lab(**parameters)
    assert not app.exception
    assert app.title[0].value == "Merge lab"


def test_own_values_from_a_file():
    """An uploaded array takes part with its own shape."""
    app = open_lab(f0="file", s1="2,3")
    app.file_uploader(key="u0").upload("a.npy", _npy(np.arange(6.0).reshape(2, 3))).run()
    assert not app.exception
    assert "→ (2, 3)" in words(app)


def test_a_bad_file_gets_one_sentence():
    """A file that is not what it says is refused where it was entered."""
    app = open_lab(f0="file", s1="2,3")
    app.file_uploader(key="u0").upload("a.npy", b"not an array").run()
    assert not app.exception
    assert "This is not a NumPy file." in words(app)


def test_a_pasted_list():
    """A nested list takes part, and a ragged one is named by place."""
    app = open_lab(f0="list", v0="[[1, 2, 3], [4, 5, 6]]", s1="2,3")
    assert "→ (2, 3)" in words(app)
    app.text_area(key="v0").set_value("[[1, 2], [3]]").run()
    assert "ragged" in words(app)


@pytest.mark.parametrize("operation", ["Multiply", "Concatenate", "Dot", "Maximum"])
def test_gradients_as_a_layer(operation):
    """The second layer of the same view shows gradients without a fault."""
    assert not open_lab(op=operation, s0="2,3", s1="2,3", layer="gradients").exception


def _npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()
