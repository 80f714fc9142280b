"""Names of files and arrays, and the arrays themselves."""

import io
import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.export.test_pictures import HOSTILE, export
from tests.ui.tensor_view.demo import counting
from ui.export import Document
from ui.export.names import array_names, clean, file_name
from ui.tensor_view import Panel, TensorView


def test_names_of_files():
    """Letters and digits of any script; never a path, a device or a second ending."""
    assert file_name("Multiply (5, 1, 5) × (5, 4, 5)", "png") == "mergescope-multiply-5-1-5-5-4-5.png"
    assert file_name("合并实验室", "svg") == "mergescope-合并实验室.svg"
    assert file_name("../../etc/passwd.npy", "npz") == "mergescope-etc-passwd-npy.npz"
    assert file_name('\u202e<>:"/\\|?*\x00', "gif") == "mergescope.gif"
    assert file_name("CON", "html") == "mergescope.html"


@given(st.text(max_size=200))
def test_any_title_makes_a_good_name(title):
    """Short, one dot, nothing that a system or a shell reads as more than a letter."""
    name = file_name(title, "png")
    assert re.fullmatch(r"mergescope(-[^\W_]+)*(-\w+)*\.png", name)
    assert len(name) <= 80
    assert not set(name) & set('/\\:*?"<>|$`\u202e\x00')


@given(
    st.lists(st.one_of(st.text(max_size=8), st.sampled_from(["x", "file", "titles", "", "a/b", "输入 0"])), max_size=6)
)
def test_names_of_arrays_differ(titles):
    """As many as titles, none twice, none that NumPy takes for itself."""
    names = array_names(titles)
    assert len(set(names)) == len(titles)
    assert not {"file", "titles"} & set(names)
    assert all(name and "/" not in name for name in names)


@given(st.text())
def test_clean_text_fits_xml(text):
    """What XML cannot hold is replaced, everything else stays."""
    kept = clean(text)
    assert len(kept) == len(text)
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", kept)
    assert all(a == b or b == "\ufffd" for a, b in zip(text, kept, strict=True))


def test_arrays_to_the_bit():
    """Each in its own dtype, by its title; opened without pickle."""
    values = [
        np.random.default_rng(1).normal(size=(2, 3)),
        counting((3,)).astype("int64") + 2**60,
        np.zeros((0, 5), "bool"),
    ]
    titles = ["x", "输入 0", HOSTILE[0]]
    view = TensorView(tuple(map(Panel, titles, values)))
    with np.load(io.BytesIO(export("npz", Document(view))), allow_pickle=False) as file:
        assert file["titles"].tolist() == titles
        for name, value in zip(array_names(titles), values, strict=True):
            assert file[name].dtype == value.dtype
            np.testing.assert_array_equal(file[name], value)


def test_tensors_of_objects_are_left_out():
    """They would need pickle; the others are there."""
    view = TensorView((Panel("odd", np.array([None, {}])), Panel("x", counting((2,)))))
    with np.load(io.BytesIO(export("npz", Document(view)))) as file:
        assert file["titles"].tolist() == ["x"]
