"""The Gate gallery, page logic without a browser: every gate in both languages, every section, pairs, bad input."""

import dataclasses
import io

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.gates import GATES
from core.gates.pitfalls import PITFALLS

PAGE = "pages/3_Gate_gallery.py"
SECTIONS = ("merges", "steps", "maps", "kept", "traps", "code")
SMALL = {"features": "random", "fshape": "1,4,6,7"}


def open_gallery(**parameters) -> AppTest:
    """The page as a link with these parameters opens it."""
    app = AppTest.from_file("../../app.py", default_timeout=60)
    app.run()
    app.switch_page(PAGE)
    for key, value in parameters.items():
        app.query_params[key] = str(value)
    return app.run()


def words(app: AppTest) -> str:
    kinds = ("title", "markdown", "caption", "error", "warning", "info", "code")
    return "\n".join(str(element.value) for kind in kinds for element in app.get(kind))


@pytest.mark.parametrize("name", GATES)
def test_every_gate_in_both_languages(name):
    english, chinese = open_gallery(which=name, **SMALL), open_gallery(which=name, lang="zh", **SMALL)
    assert not english.exception
    assert not chinese.exception
    told, said = words(english), words(chinese)
    assert GATES[name].title in told
    assert GATES[name].summary in told
    assert GATES[name].summary not in said
    for text in (told, said):
        assert GATES[name].equation in text
        assert not GATES[name].paper or f"https://arxiv.org/abs/{GATES[name].paper}" in text
    assert " → ".join(GATES[name].merges) in told


@pytest.mark.slow
@pytest.mark.parametrize("name", GATES)
def test_every_section_of_every_gate(name):
    for section in SECTIONS:
        app = open_gallery(which=name, part=section, **SMALL)
        assert not app.exception, section
        assert not app.error or section == "traps", section


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section(section):
    app = open_gallery(which="coordinate", part=section, lang="zh", **SMALL)
    assert not app.exception
    held = {
        "merges": "合并层", "steps": "文本形式的步骤", "maps": "gʰ", "kept": "还剩", "traps": "误写", "code": "def ",
    }[section]  # fmt: skip
    downloads = [one.proto.label for one in app.get("download_button")]
    assert held in words(app) + "".join(downloads)


@pytest.mark.parametrize("name", PITFALLS)
def test_every_trap(name):
    app = open_gallery(which=PITFALLS[name].gate, part="traps", trap=name)
    assert not app.exception
    assert PITFALLS[name].why in words(app)
    refused = name in ("no-upsampling", "no-channel-axis", "wrong-axes")
    assert bool(app.error) == refused  # on 20×20×256 the other two run


@pytest.mark.parametrize("form", [form for form in GATES["attention"].variants if form != "paper"])
def test_traps_of_every_form_of_the_attention_gate(form):
    app = open_gallery(which="attention", which_form=form, part="traps", trap="no-upsampling")
    assert not app.exception
    shown = PITFALLS["no-upsampling"].why in words(app)
    assert shown == (not form.startswith(("keras-unet-collection", "monai")))  # those make the map where it is used


def test_trained_and_untrained():
    trained, other = open_gallery(), open_gallery(which="se")
    assert "Trained: these are the weights of the network" in words(trained)
    assert "Untrained: the weights are made from seed 0" in words(other)
    assert "Untrained" in words(open_gallery(**SMALL))  # the gate of the network on features that are not its own


def test_two_side_by_side():
    app = open_gallery(two="true", which="se", other="film", **SMALL)
    assert not app.exception
    table = app.get("table")[0].value
    assert list(table.index) == ["Squeeze-and-excitation", "FiLM"]
    assert list(table["merges"]) == ["Multiply", "Multiply, Add"]
    assert "apart" in words(app)


@pytest.mark.parametrize("shape", ["3", "1,4,6", "1,None,6,7", "0,4,6,7", "1,99999,99999,256", "1,4,6,999999", "x"])
def test_shapes_that_will_not_do(shape):
    app = open_gallery(features="random", fshape=shape)
    assert not app.exception
    assert app.error[0].value
    assert next(one for one in app.text_input if one.value == shape)  # nothing typed is lost


@pytest.mark.parametrize(
    "said",
    [
        {"which": "nonsense", "part": "nowhere", "recorded": "inf", "seed": "nan"},
        {"two": "maybe", "other": "<b>", "features": "![](http://example.com)", "gstep": "x" * 999},
        {"which": "se", "which_form": "monai", "part": "both", "merge": "none", "trap": "none"},
    ],
)
def test_nonsense_in_a_link(said):
    app = open_gallery(**said)
    assert not app.exception
    assert app.title[0].value == "Gate gallery"


def npy(array) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=array.dtype == object)
    return file.getvalue()


def test_features_of_ones_own():
    app = open_gallery(which="se", features="file")
    assert "upload features" in words(app)
    app.file_uploader[0].upload("mine.npy", npy(np.ones((4, 6, 7), "float32"))).run()
    assert not app.exception
    assert not app.error
    assert "7" in app.get("table")[0].value.to_string()


@pytest.mark.parametrize(
    "content", [b"", b"\x93NUMPY broken", npy(np.ones((4, 6))), npy(np.array([{}])), npy(np.array(["a", "b"]))]
)
def test_files_that_will_not_do(content):
    app = open_gallery(which="se", features="file")
    app.file_uploader[0].upload("mine.npy", content).run()
    assert not app.exception
    assert app.error[0].value


def test_a_toy_gate_is_in_the_menu_and_on_the_page(monkeypatch):
    toy = dataclasses.replace(GATES["se"], name="toy", title="A toy gate", summary="A plaything.", aliases=())
    monkeypatch.setitem(GATES, "toy", toy)
    app = open_gallery(which="toy", **SMALL)
    assert not app.exception
    assert "A toy gate" in app.selectbox[-1].options + app.selectbox[0].options
    assert "A plaything." in words(app)
    app = open_gallery(two="true", other="toy", **SMALL)
    assert "A toy gate" in app.get("table")[0].value.index
