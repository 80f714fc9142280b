"""The Model inspector page and what comes from outside: files that are none, bad inputs, names, links."""

import io
import zipfile

import numpy as np
import pytest

from tests.pages.opened import unfolded, words
from tests.pages.test_merge_lab import _npy
from tests.pages.test_model_inspector import NOISE, boxes, open_inspector, panels, rows
from tests.ui.inspector.models import gate_file, keras_file


def zipped(members) -> bytes:
    """A zip archive of these texts, by name."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04 cut off", "damaged or cut off"),
        pytest.param(
            b"\x89HDF\r\n\x1a\n" + b"0" * 100, "damaged or cut off", marks=pytest.mark.keras
        ),  # read with h5py
        (b"\x89PNG\r\n\x1a\n" + b"0" * 100, "this is PNG"),
    ],
)
def test_files_that_are_no_model(content, sentence):
    """One sentence next to the upload, and the rest of the page is there."""
    app = open_inspector(content)
    assert sentence in words(app).replace("\\", "")
    assert app.file_uploader(key="model_file")


@pytest.mark.parametrize(
    ("content", "is_model"),
    [
        (b"", False),
        (b"12345", False),
        (b"version https://git-lfs.github.com/spec/v1", False),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 100, False),
        (b"\x80\x02" + b"0" * 100, True),
        (zipped({"model/data.pkl": "0"}), True),
        (zipped({"config.json": '{"class_name": "Own", "config": {}}'}), True),
    ],
)
def test_how_to_record_is_shown_only_for_a_model(content, is_model):
    """For one of another library, and one whose layers are not in its file; not for a picture or an empty file."""
    app = open_inspector(content)
    assert app.error
    assert any("tensors of this model" in one.label for one in app.expander) == is_model
    assert ("mergescope.record(model" in words(app)) == is_model


def test_a_model_that_can_be_viewed_but_not_run(played):
    """A Lambda is named with the reason; list and graph are drawn, without a button to run."""
    file = keras_file(
        [
            ("a", "InputLayer", [None, 5], []),
            ("twice", "Lambda", [None, 5], ["a"]),
            ("m", "Add", [None, 5], ["a", "twice"]),
        ],
        ["m"],
    )
    app = open_inspector(file, mrun="true")
    assert "This model can be viewed but not run" in words(app)
    assert "twice" in words(app)
    assert 'mergescope.record(model, inputs, "run.msr.npz")' in words(app)
    assert rows(app)
    assert played == []
    assert not [button for button in app.button if button.key in ("mstart", "mstop")]


def test_no_merge_at_all():
    """One sentence, and the graph."""
    app = open_inspector(keras_file([("a", "InputLayer", [None, 5], []), ("r", "ReLU", [None, 5], ["a"])], ["r"]))
    assert "No two tensors meet in this model" in words(app)
    assert [box["id"] for box in boxes(app)] == ["a", "r"]


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("m0s", "1,3,5", "is incompatible with the input; the model takes (None, 3, 5, 7)"),
        ("m0s", "x", "is not an integer"),
        ("m0s", "60000,3,5,7", "elements; at most 4,000,000"),
        ("mseed", "-1", "A seed is an integer"),
    ],
)
def test_bad_inputs(played, key, value, sentence):
    """Invalid text is reported next to its control and stays in it."""
    app = open_inspector(gate_file(), **NOISE)
    unfolded(app, "minput").text_input(key=key).set_value(value).run()
    assert not app.exception
    assert sentence in words(app).replace("\\", "")
    assert app.text_input(key=key).value == value


def test_an_uploaded_array(played):
    """An .npy is passed as it is; one of another shape is rejected in one sentence and not run."""
    app = open_inspector(gate_file(), mrun="true", m0k="npy", m1k="noise")
    assert "Please upload a file for this input" in words(app)
    app.file_uploader(key="m0unpy").upload("a.npy", _npy(np.ones((3, 5, 7)))).run()
    assert played[-1][0] == "tensors"
    app.file_uploader(key="m0unpy").upload("a.npy", _npy(np.ones((5, 3, 7)))).run()
    assert "The file holds (5, 3, 7); the input takes (None, 3, 5, 7)." in words(app).replace("\\", "")


NAMES = ["![x](http://x.test/a.png)<script>alert(1)</script>:red[x] **b** $x$", "a" * 3000]


@pytest.mark.parametrize("name", NAMES)
def test_foreign_names_stay_text(played, name):
    """Names of layers never reach Markdown unescaped, whatever part of the page shows them."""
    for part in ("values", "gradients", "compare"):
        file = gate_file(feature=name, weights=name + "2", gate=name + "3")
        app = open_inspector(file, name=f"{name[:50]}.keras", mrun="true", mpart=part, m0k="noise", m1k="noise")
        assert panels(app)
        for element in [*app.markdown, *app.caption, *app.error, *app.warning, *app.info]:
            assert "![x](" not in element.value
            assert "<script>" not in element.value
            assert ":red[" not in element.value
            assert "a" * 100 not in element.value


@pytest.mark.parametrize(
    "parameters",
    [
        {"merge": "<script>", "mop": "Nope", "monly": "x", "mpart": "y", "mrun": "maybe"},
        {"m0k": "nope", "m0s": "1e400", "m0n": "99", "m0c": "-1", "mseed": "inf"},
        {"mwith": "x", "mother": "y", "mten": "7", "mout": "-1", "munit": "NaN", "mrun": "true"},
        {"mwhole": "perhaps", "cell": "9,9,9,9,9,9", "plane": "7,7"},
        {"mb0k": "npy", "mb0n": "x", "mpart": "compare", "mwith": "input", "mrun": "true"},
    ],
)
def test_nonsense_in_the_link(played, parameters):
    """Whatever a link contains, the page is whole and no exception shows."""
    app = open_inspector(gate_file(), **{**parameters, "m1k": "noise"})
    assert not app.exception
    assert app.title[0].value == "Model inspector"
    assert rows(app)


def test_nonsense_in_the_link_before_there_is_a_file():
    """An unknown kind of model gives the shipped one; a search without a match finds nothing."""
    assert len(rows(open_inspector(msrc="elsewhere", mwhole="x"))) == 12
    assert "No merge of this model matches the filters." in words(open_inspector(mfind="\x00<b>"))
