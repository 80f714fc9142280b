"""The parts of the Merge lab: alignment, warnings, NumPy, gradients, code, own values, by what is on the page."""

import numpy as np
import pytest

from core import merge
from core.merges.samples import make_sample
from tests.pages.opened import unfolded, words
from tests.pages.test_merge_lab import open_lab
from tests.ui.sample_files import npy, npz, picture


def table(app) -> list[list[str]]:
    """The alignment, row by row, without the names of inputs."""
    return app.table[0].value.to_numpy().tolist()


def code(app) -> list[str]:
    """The snippets, in the order of their tabs; what Keras says is not among them."""
    return [block.value for block in app.code if block.language == "python"]


def test_a_closed_table_is_not_drawn():
    """It is drawn while its section is open, and follows the shapes."""
    app = open_lab(op="Add", s0="2,3", s1="2,3")
    assert table(app)[0] == ["2 batch", "3 matched"]
    app.session_state["lab_table"] = False
    assert not app.run().table
    assert not app.exception
    app.text_input(key="s0").set_value("2,1").run()
    assert table(unfolded(app, "lab_table"))[0] == ["2 batch", "1 stretched"]


def test_the_table_says_what_each_axis_does():
    """A row for each input and one for the output."""
    app = open_lab(op="Multiply", s0="2,3,1", s1="2,5", n="2")
    assert table(app) == [
        ["2 batch", "3 matched", "1 stretched"],
        ["2 batch", "1 inserted", "5 matched"],
        ["2", "3", "5"],
    ]


def test_mismatched_axes_are_marked_and_only_they():
    """In the line above the message."""
    text = words(open_lab(op="Multiply", s0="2,20,20,256", s1="2,20,20")).replace("\\", "")
    assert "axis 0: 2 = 2 batch" in text
    assert ":red-background[axis 3: 256 ≠ 20 mismatched]" in text
    assert text.count("mismatched") == 1


def test_dot_describes_each_input_by_itself():
    """Axes of equal number do not belong together."""
    text = words(open_lab(op="Dot", s0="2,3,5", s1="2,5,7", axes="2,1")).replace("\\", "")
    assert "input 0: 2 batch, 3, :violet-background[5 contracted]" in text
    assert "input 1: 2 batch, :violet-background[5 contracted], 7" in text


def test_gradients_are_written_out():
    """The chain rule of the pinned element: the sum over the four elements to which it is broadcast."""
    text = words(open_lab(layer="gradients", cell="0,0,1"))
    assert "gradient of input 0 (0, 0, 1): 234 = 1 × 51 + 1 × 56 + 1 × 61 + 1 × 66" in text
    assert "gradient of input 1 (0, 0, 1): 1 = 1 × 1" in text


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"op": "Multiply", "s0": "2,20,20,256", "s1": "2,256"}, "np.broadcast\\_shapes raises an error"),
        ({"op": "Multiply", "s0": "4,3", "s1": "2,4,3"}, "np.broadcast\\_shapes gives (2, 4, 3)"),
        ({"op": "Dot", "s0": "2,3,5", "s1": "2,5,7", "axes": "2,1"}, "gives (2, 3, 2, 7)"),
        ({"op": "Multiply", "s0": "5,1,5", "s1": "5,4,5"}, None),
    ],
)
def test_a_note_where_numpy_differs(parameters, said):
    """And only there."""
    lines = [line for line in words(open_lab(**parameters)).splitlines() if "NumPy differs" in line]
    assert [said in line for line in lines] == ([] if said is None else [True])


@pytest.mark.parametrize(
    ("parameters", "warning"),
    [
        ({"op": "Multiply", "s0": "2,20,20", "s1": "2,20,20,20"}, "is aligned with axes 2, 3"),
        ({"op": "Add", "s0": "3,3", "s1": "3,1"}, "as a bias and adds it as (1, 3)"),
        ({"op": "Multiply", "s0": "None,20,256", "s1": "20,None,1"}, "a mismatch appears only at run time"),
    ],
)
def test_a_warning_for_what_is_probably_unintended(parameters, warning):
    """Above the values."""
    assert any(warning in element.value.replace("\\", "") for element in open_lab(**parameters).warning)


def test_six_inputs():
    """Each has its shape; the result is the sum of all."""
    app = open_lab(op="Add", n="6", **{f"s{number}": "2,3" for number in range(6)})
    assert not app.exception
    assert "→ (2, 3)" in words(app)
    assert "keras.layers.Add()([x0, x1, x2, x3, x4, x5])" in code(app)[0]


def test_the_form_chooses_the_first_code():
    """Function form: its code is on top, and gives the same numbers."""
    layer, function = code(open_lab(op="Add")), code(open_lab(op="Add", form="function"))
    assert "keras.layers.Add()([x0, x1])" in layer[0]
    assert "keras.layers.add([x0, x1])" in function[0]
    assert sorted(layer) == sorted(function)
    assert len(layer) == 5


def test_the_code_on_screen_gives_the_numbers_on_screen():
    """The NumPy one, with a fill, a seed and dtypes of its own."""
    app = open_lab(op="Multiply", s0="2,3", s1="2,1", f0="normal", f1="uniform", d0="float64", d1="int16", seed="7")
    names: dict[str, np.ndarray] = {}
    exec(code(app)[2], names)  # our own snippet is what is under test
    fills = [("normal", (2, 3), 0, "float64"), ("uniform", (2, 1), 1, "int16")]
    inputs = [make_sample(name, shape, number=number, seed=7, dtype=dtype) for name, shape, number, dtype in fills]
    np.testing.assert_array_equal(names["y"], merge("Multiply", inputs).value)
    assert names["y"].dtype == np.float32


HOSTILE = [
    ("a.npy", npy(np.array([1, None], dtype=object)), "The array holds Python objects; only numbers are read."),
    ("a.npy", npy(np.ones((4, 5)))[:-7], "The file says 160 bytes of numbers but holds 153."),
    ("a.npy", npy(np.ones((2, 3), complex)), "complex128 cannot be drawn; please save real numbers."),
    ("a.npz", npz(a=np.zeros((3000, 3000))), "a.npy would unpack to 73 MB; the limit is 32 MB."),
    ("a.npz", npz(a=np.zeros(3))[:60], "The archive is damaged or cut off."),
    ("a.csv", b"1,2\n3,four\n", "Line 2: 'four' is not a number."),
    ("a.csv", b"1,2\n3\n", "Line 2 has 1 values; the first has 2."),
    ("a.png", picture((40, 30))[:60], "cut off"),
    ("a.png", b"<svg/>", "This is not a PNG, JPEG or WebP picture."),
    ("![x](http://x.test/a.png).keras", b"PK", "Only .npy, .npz, .csv"),
    ("a.npy", b"", "The file is empty."),
]


@pytest.mark.parametrize(("name", "content", "sentence"), HOSTILE)
def test_hostile_files(name, content, sentence):
    """One sentence where the file was entered; the other input and the rest of the page stay."""
    app = open_lab(f0="file", s1="2,3", f1="ramp")
    app.file_uploader(key="u0").upload(name, content).run()
    assert not app.exception
    assert any(sentence in error.value.replace("\\", "") for error in app.error)
    assert unfolded(app).selectbox(key="f1").value == "ramp"
    assert app.text_input(key="s1").value == "2,3"
    assert "x.test" not in words(app)


def test_an_image_is_an_input():
    """As a batch of one with rows, columns and three channels."""
    app = open_lab(op="Multiply", f0="file", s1="1,30,40,1")
    app.file_uploader(key="u0").upload("a.png", picture((40, 30))).run()
    assert not app.exception
    assert "→ (1, 30, 40, 3)" in words(app)


def test_one_of_several_arrays():
    """An archive asks which of its arrays is meant."""
    app = open_lab(op="Add", f0="file", s1="3,5")
    app.file_uploader(key="u0").upload("a.npz", npz(first=np.ones((2, 7)), second=np.ones((3, 5)))).run()
    assert app.selectbox(key="m0").options == ["first", "second"]
    app.selectbox(key="m0").select("second").run()
    assert "→ (3, 5)" in words(app)
