"""The Model inspector page and the files that people bring as input: pictures, slices and volumes."""

import io

import numpy as np
import pytest
from PIL import Image

from tests.pages.opened import unfolded, words
from tests.pages.test_model_inspector import open_inspector
from tests.sandbox.model_run.volume_files import dicom, nifti
from tests.ui.inspector.models import keras_file


def doubling(*shape):
    """A model that adds its input to itself."""
    return keras_file([("x", "InputLayer", list(shape), []), ("m", "Add", list(shape), ["x", "x"])], ["m"])


def run_shapes(played):
    return [asked[1]["x"] for asked in played if asked[0] == "run"]


def upload(app, name, content):
    app.file_uploader(key="m0upicture").upload(name, content).run()
    assert not app.exception


@pytest.fixture
def png():
    """A picture of 20 x 30."""
    stream = io.BytesIO()
    Image.fromarray(np.full((20, 30), 128, np.uint8)).save(stream, "PNG")
    return stream.getvalue()


def test_open_sizes_are_those_of_the_picture(played, monkeypatch, png):
    """Unless others are typed; then it is resized, which is said."""
    monkeypatch.setattr("ui.inspector.sizes.advice", lambda *_: [])
    app = open_inspector(doubling(None, None, None, 1), m0k="picture")
    upload(app, "a.png", png)
    assert run_shapes(played) == [(1, 20, 30, 1)]
    assert unfolded(app, "minput").text_input(key="m0s").value == ""
    app.text_input(key="m0s").set_value("1,10,15,1").run()
    assert run_shapes(played)[-1] == (1, 10, 15, 1)
    assert "The picture of (20, 30) is resized to (10, 15)." in words(app)
    app.selectbox(key="m0k").set_value("noise").run()
    assert app.text_input(key="m0s").value == "1,128,128,1"


def test_a_slice_of_ct(played):
    """Read in the fenced process; the window of the file is said beside the control. A file cut off is refused."""
    pytest.importorskip("pydicom")
    content = dicom(np.arange(35, dtype=np.int16).reshape(5, 7) * 60 - 1000, WindowCenter=40, WindowWidth=400)
    app = open_inspector(doubling(None, None, None, 1), m0k="picture")
    upload(app, "IM0001", content)
    assert run_shapes(played) == [(1, 5, 7, 1)]
    assert "The window of the file is used: center 40.0, width 400.0." in words(app)
    upload(app, "IM0002.dcm", content[:-200])
    assert "is damaged, cut off, or packed in a way that is not read" in words(app)


def test_a_volume(played):
    """An input of five axes takes a volume, of the size of the file where sizes are open."""
    pytest.importorskip("nibabel")
    app = open_inspector(doubling(None, None, None, None, 1), m0k="picture")
    upload(app, "brain.nii", nifti(np.arange(105, dtype=np.int16).reshape(5, 7, 3)))
    assert run_shapes(played) == [(1, 3, 7, 5, 1)]
    assert "The axes of the file (x, y, z) are read as (depth, rows, columns): (z, y, x)." in words(app)
