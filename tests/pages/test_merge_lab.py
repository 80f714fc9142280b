"""The Merge lab, page logic without a browser: every preset in both languages, fixes, bad input."""

import io

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import MergeError, align
from core.limits import MAX_INPUTS
from core.merges.presets import PRESETS
from core.merges.shape_text import format_shape
from tests.pages.opened import opened, unfolded, words

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
    """A preset is recognized from its link, says why it is interesting, and shows an output or an error."""
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


def test_the_menu_of_examples_cannot_be_cleared():
    """It names what the controls show, and so there is nothing to clear."""
    assert open_lab().selectbox(key="preset").proto.required


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("parameters", "lines"),
    [
        ({"op": "Multiply", "s0": "None,20,20,8", "s1": "None,20,20"}, ["b = keras.layers.Reshape((20, 20, 1))(b)"]),
        ({"op": "Concatenate", "s0": "2,4,6", "s1": "2,5,6"}, ["y = keras.layers.Concatenate(axis=1)([a, b])"]),
        ({"op": "Add", "s0": "None,88,4,3", "s1": "None,89,4,3"}, ["b = keras.layers.Cropping2D(((0, 1), (0, 0)))(b)"]),
    ],
)
def test_a_fix_shows_before_after_and_its_code(parameters, lines, language):
    """In both languages: the shapes that change, the line, a button to apply it and one to copy it."""
    app = open_lab(lang=language, **parameters)
    options = {"axis": -1} if parameters["op"] == "Concatenate" else {}
    shapes = [tuple(None if one == "None" else int(one) for one in parameters[key].split(",")) for key in ("s0", "s1")]
    with pytest.raises(MergeError) as caught:
        align(parameters["op"], shapes, **options)
    codes = [element.value for element in app.code]
    text = words(app)
    for number, fix in enumerate(caught.value.fixes):
        assert fix.code in codes
        for was, now in zip(shapes, fix.shapes, strict=True):
            assert was == now or f"`{was}` → `{now}`" in text
        assert all(f"`{name}={options[name]}` → `{name}={new}`" in text for name, new in fix.options.items())
        assert app.button(key=f"fix{number}")
    assert any(line in code for line in lines for code in codes)
    assert len([one for one in app.get("bidi_component") if "fix" in str(one.proto)]) >= 1


PASTED = [
    ("TypeError: too many positional arguments\n  y = keras.layers.Concatenate(axis=1)(left, right)",
     "y = keras.layers.Concatenate(axis=1)([left, right])"),
    ("y = Add()(a, b)  # shapes (None, 3, 5) and (None, 3, 1)", "y = keras.layers.Add()([a, b])"),
    ("merge([a, b], mode='dot', dot_axes=[2, 1])", "y = keras.layers.Dot(axes=[2, 1])([a, b])"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line"), PASTED)
def test_a_wrong_call_brings_the_right_line(text, line):
    """Pasted with or without shapes; with shapes the box closes, and the line stands below the call."""
    app = open_lab()
    app.session_state["paste"] = True
    app.run()
    app.text_area(key="pasted").set_value(text)
    app.button(key="paste_read").click().run()
    assert not app.exception
    assert line in [element.value for element in app.code]
    if "(None" in text:
        assert app.text_input(key="s1").value == "None,3,1"


def test_a_fix_sets_the_shapes():
    """The button of a fix sets the shapes, and the error is gone."""
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
        ("٢,٢", "Use the digits 0-9"),
        ("__import__('os')", "is not an integer."),
        ("<script>alert(1)</script>", "is not an integer."),
    ],
)
def test_bad_shapes(text, sentence):
    """A shape that cannot be read gets a reason below it; the other input and the rest of the page stay."""
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


FALLBACKS = [  # parameters of a link, and what the page shows instead: widgets by key, and the output
    ({"op": "<script>"}, {"op": "Multiply"}, "(5, 4, 5)"),
    ({"op": "Nope", "n": "inf"}, {"op": "Multiply", "n": 2}, "(5, 4, 5)"),
    ({"n": "99"}, {"n": 2}, "(5, 4, 5)"),
    ({"n": "0"}, {"n": 2}, "(5, 4, 5)"),
    ({"seed": "-1", "f0": "normal"}, {"seed": "-1"}, "(5, 4, 5)"),
    ({"layer": "x"}, {"layer": "values"}, "(5, 4, 5)"),
    ({"form": "x"}, {"form": "class"}, "(5, 4, 5)"),
    ({"f0": "nope", "d0": "complex64"}, {"f0": "counting", "d0": "int64"}, "(5, 4, 5)"),
    ({"f0": "normal", "d0": "complex64"}, {"f0": "normal", "d0": "float32"}, "(5, 4, 5)"),
    ({"start0": "x"}, {"start0": "x"}, "(5, 4, 5)"),
    ({"cell": "7,7,7,7"}, {}, "(5, 4, 5)"),
    ({"cell": "a,b", "of": "9"}, {}, "(5, 4, 5)"),
    ({"plane": "9,-1", "at": "7,x", "order": "<b>"}, {}, "(5, 4, 5)"),
    ({"lang": "xx"}, {"lang": "en"}, "(5, 4, 5)"),
    ({"op": "Dot", "s0": "2,3", "s1": "2,3", "norm": "maybe"}, {"norm": False}, "(2, 1)"),
    ({"op": "Dot", "s0": "2,3", "s1": "2,3", "norm": "true"}, {"norm": True}, "(2, 1)"),
    ({"s0": "None,3", "s1": "2,None"}, {}, "(2, None)"),
    ({"s0": "0,3", "s1": "0,3"}, {}, "(0, 3)"),
    ({"d0": "bool", "d1": "bool"}, {"d0": "bool", "d1": "bool"}, "(5, 4, 5)"),
]


def held(app: AppTest, key: str) -> object:
    """What the control of a key holds; `n` has buttons only."""
    return app.session_state[key]


@pytest.mark.parametrize(("parameters", "shown", "output"), FALLBACKS)
def test_nonsense_in_the_link(parameters, shown, output):
    """Each value that is not one of the choices falls back to the default; the output is that of the defaults."""
    app = open_lab(**parameters)
    assert not app.exception
    assert {key: held(app, key) for key in shown} == shown
    assert f"→ {output}" in words(app)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"axis": "x", "op": "Concatenate"}, "'x' cannot be read; type for example 1."),
        ({"axes": "1,2,3", "op": "Dot"}, "'1,2,3' cannot be read; type for example -1 / 2,1."),
        ({"f0": "list", "v0": "[[1, 2], [3]]"}, "ragged"),
        ({"f0": "file"}, "Files are not stored in the link."),
        ({"s0": "\x00"}, "integer"),
        ({"start0": "1e400"}, "The first value is an integer of at most 1,000,000,000; '1e400' is not."),
        ({"seed": "-1", "f0": "normal"}, "A seed is an integer from 0 up; got '-1'."),
    ],
)
def test_what_cannot_be_read_stays_and_has_its_reason(parameters, said):
    """The text from the link is still in its field, with the reason beside it; without a valid value no output."""
    app = open_lab(**parameters)
    assert not app.exception
    assert said in words(app).replace("\\", "")
    for key, value in parameters.items():
        assert str(held(app, key)) == value


def test_a_first_value_that_cannot_be_read():
    """The values begin with the default of their own input."""
    app = open_lab(start1="9007199254740993")
    code = next(block.value for block in app.code if block.language == "python")
    assert 'np.arange(50, 150).reshape((5, 4, 5)).astype("int64")' in code


def test_a_batch_of_scalars():
    """Two scalars have no batch axis; Keras 3.15 multiplies them all the same, and so does the page."""
    app = open_lab(s0="()", s1="()")
    assert not app.exception
    assert "(), () → ()" in words(app)
    assert not app.error
    assert all(block.language == "python" for block in app.code)


def test_the_page_opens_with_the_note():
    """np.arange(25).reshape(5, 1, 5) × np.arange(50, 150).reshape(5, 4, 5), int64: in the code, and in the values."""
    app = open_lab()
    code = next(block.value for block in app.code if block.language == "python")
    assert 'np.arange(25).reshape((5, 1, 5)).astype("int64")' in code
    assert 'np.arange(50, 150).reshape((5, 4, 5)).astype("int64")' in code
    unfolded(app)
    assert (app.selectbox(key="d0").value, app.text_input(key="start1").value) == ("int64", "50")
    assert app.selectbox(key="preset").value == "note-multiply"


def test_a_first_value():
    """Counting starts at the given value; it is in the code and the link."""
    app = open_lab(start0="7")
    assert "np.arange(7, 32)" in next(block.value for block in app.code if block.language == "python")
    unfolded(app).selectbox(key="f0").select("normal").run()
    assert app.selectbox(key="d0").value == "float32", "random values are floats by default"
    assert not [one for one in app.text_input if one.key == "start0"]


def test_a_closed_drawer_keeps_its_values():
    """Its controls are drawn only while it is open; what was chosen there counts and is in the link all the time."""
    app = open_lab(seed="7", f0="normal")
    assert not [one for one in [*app.selectbox, *app.text_input] if one.key in ("f0", "d0", "seed", "backend")]
    assert "default_rng(7)" in words(app)
    unfolded(app).selectbox(key="f0").select("uniform").run()
    app.text_input(key="seed").input("11").run()
    app.toggle(key="spread").set_value(True).run()
    app.session_state["lab_options"] = False
    for _ in range(3):
        app.run()
        assert not [one for one in app.text_input if one.key == "seed"]
        assert "default_rng(11)" in words(app)
        assert len(app.get("plotly_chart")) == 1
    link = {key: app.query_params[key] for key in ("f0", "seed", "spread")}
    assert link == {"f0": "uniform", "seed": "11", "spread": "True"}
    assert unfolded(app).text_input(key="seed").value == "11"
    assert (app.selectbox(key="f0").value, app.toggle(key="spread").value) == ("uniform", True)


@pytest.mark.parametrize(
    ("parameters", "kind"),
    [
        ({"start0": "1e400"}, "error"), ({"seed": "-1", "f0": "normal"}, "error"), ({"f0": "nonsense"}, "warning"),
        ({"form": "poem"}, "warning"), ({"d0": "float8", "f0": "normal"}, "warning"),
    ],
)  # fmt: skip
def test_a_closed_drawer_hides_no_message(parameters, kind):
    """What is wrong with a value in it stands beside its button, and beside the control once it is open."""
    app = open_lab(**parameters)
    drawers = app.get("popover")
    assert drawers
    assert len(app.get(kind)) == 1
    assert not any(drawer.get(kind) for drawer in drawers)
    if kind == "error":  # a choice that is not there is reported once; a text stays as it was typed
        assert sum(len(drawer.get(kind)) for drawer in unfolded(app).get("popover")) == 1


def test_inputs_are_added_and_removed():
    """By the buttons in the call; at most six, at least one."""
    app = open_lab(op="Add", s0="2,3", s1="2,3")
    app.button(key="lab_add").click().run()
    assert app.session_state["n"] == 3
    app.text_input(key="s2").set_value("2,3").run()
    assert "keras.layers.Add()([x0, x1, x2])" in next(block.value for block in app.code if block.language == "python")
    for _ in range(2):
        app.button(key="lab_remove").click().run()
    assert app.session_state["n"] == 1
    assert app.button(key="lab_remove").disabled


@pytest.mark.parametrize(
    ("parameters", "count"),
    [
        ({"s2": "2,3"}, 3),
        ({"f3": "constant"}, 4),
        ({"s2": "2,3", "n": "2"}, 2),
        ({"s1": "2,3"}, 2),
        ({"s9": "2,3"}, 2),
        ({"spread": "True"}, 2),
    ],
)
def test_a_link_that_names_an_input_has_it(parameters, count):
    """Without a number of inputs in the link, the highest that it names counts; a number in it wins."""
    app = open_lab(op="Add", s0="2,3", **parameters)
    assert not app.exception
    assert app.session_state["n"] == count
    assert len([one for one in app.text_input if one.key in {f"s{number}" for number in range(6)}]) == count


@pytest.mark.parametrize(
    ("language", "said"), [("en", f"at most {MAX_INPUTS} inputs here; "), ("zh", f"最多合并 {MAX_INPUTS} 个输入")]
)
def test_a_link_with_more_inputs_than_a_merge_takes(language, said):
    """It is said how many inputs are asked for, and how many are taken."""
    (warning,) = open_lab(lang=language, op="Minimum", n=MAX_INPUTS + 1).warning
    assert said in warning.value
    assert str(MAX_INPUTS + 1) in warning.value


def test_more_shapes_than_a_merge_takes():
    """The box says so and keeps the text; the call stays as it is."""
    app = open_lab()
    app.session_state["paste"] = True
    app.run()
    text = ",".join(["(2,3)"] * (MAX_INPUTS + 1))
    app.text_area(key="pasted").set_value(text)
    app.button(key="paste_read").click().run()
    assert not app.exception
    assert f"at most {MAX_INPUTS} inputs here; {MAX_INPUTS + 1} were given" in app.error[0].value
    assert app.text_area(key="pasted").value == text
    assert app.session_state["n"] == 2


def test_own_values_from_a_file():
    """An uploaded array takes part with its own shape."""
    app = open_lab(f0="file", s1="2,3")
    app.file_uploader(key="u0").upload("a.npy", _npy(np.arange(6.0).reshape(2, 3))).run()
    assert not app.exception
    assert "→ (2, 3)" in words(app)


def test_an_invalid_file_gets_one_sentence():
    """A file that is not what its name says is rejected where it was entered."""
    app = open_lab(f0="file", s1="2,3")
    app.file_uploader(key="u0").upload("a.npy", b"not an array").run()
    assert not app.exception
    assert "This is not a NumPy file." in words(app)


def test_a_pasted_list():
    """A nested list is an input; a ragged one is rejected with the position."""
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
