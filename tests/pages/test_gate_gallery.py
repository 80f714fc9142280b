"""The Gate gallery, page logic without a browser: wall, every gate in both languages, sections, pairs, bad input."""

import dataclasses
import io
import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.gates import GATES
from core.gates.pitfalls import PITFALLS
from tests.pages.opened import SECTIONS as FOLDED
from tests.pages.opened import unfolded
from tests.patience import PATIENCE
from ui.text import _catalogue, plain, speaking, t

PAGE = "pages/3_Gate_gallery.py"
SECTIONS = ("merges", "steps", "maps", "kept", "traps", "code")
SMALL = {"features": "random", "fshape": "1,4,6,7"}


def open_gallery(**parameters) -> AppTest:
    """The page as a link with these parameters opens it."""
    app = AppTest.from_file("../../app.py", default_timeout=PATIENCE)
    app.run()
    app.switch_page(PAGE)
    for key, value in parameters.items():
        app.query_params[key] = str(value)
    return unfolded(app, *FOLDED)


def words(app: AppTest) -> str:
    kinds = ("title", "markdown", "caption", "error", "warning", "info", "code")
    return "\n".join(str(element.value) for kind in kinds for element in app.get(kind))


def component(app: AppTest, part: str) -> dict:
    """What the first component with this part is sent."""
    for one in app.get("bidi_component"):
        data = json.loads(one.proto.mixed.json or one.proto.json or "{}")
        if part in data:
            return data
    raise AssertionError(part)


def cards(app: AppTest) -> list[dict]:
    """The cards of the wall, in order."""
    return [card for section in component(app, "sections")["sections"] for card in section["cards"]]


def test_the_page_opens_with_a_wall_of_all_gates():
    """A card for each gate, sorted by what is broadcast, each with features, maps and output as pictures."""
    app = open_gallery()
    assert not app.exception
    groups = {
        section["title"]: {card["id"] for card in section["cards"]}
        for section in component(app, "sections")["sections"]
    }
    assert groups["One map for all channels"] >= {"attention", "global"}
    assert groups["One value per channel"] >= {"se", "eca", "film"}
    assert groups["Over positions and over channels"] >= {"cbam", "bam", "scse", "coordinate"}
    assert groups["No broadcasting"] >= {"residual", "highway", "glu"}
    assert groups["Sum over positions"] >= {"pooling"}
    assert {card["id"] for card in cards(app)} == set(GATES)
    sizes = component(app, "sections")["sizes"]
    for card in cards(app):
        assert len(card["panels"]) >= 3
        assert all(min(sizes[panel["picture"]]) > 0 for panel in card["panels"])
        assert all(panel["table"] in component(app, "sections")["palettes"] for panel in card["panels"])
        assert [panel["sign"] for panel in card["panels"]][-1] == "→"
    strips = {card["id"]: [panel["strip"] for panel in card["panels"]] for card in cards(app)}
    assert strips["se"] == [False, True, False]
    assert strips["attention"] == [False, False, False]
    assert strips["cbam"] == [False, True, False, False]


def test_a_click_opens_a_gate_and_two_compare():
    """The callbacks of the wall set what a link would."""
    app = open_gallery()
    app.session_state["which"], app.session_state["part"] = "bam", "merges"
    app.run()
    assert "x̃ = x + x × M" in words(app)
    app.toggle(key="two").set_value(True).run()
    assert app.session_state["part"] == "both"
    assert app.session_state["other"] == "attention"
    assert "Distance of the outputs" in words(app)
    app.toggle(key="two").set_value(False).run()
    assert app.session_state["part"] == "merges"


@pytest.mark.parametrize(("which", "opposite"), [("attention", "se"), ("se", "attention"), ("cbam", "attention")])
@pytest.mark.parametrize("two", ["1", "true", "True"])
def test_a_link_with_two_jumps_to_a_good_opposite(which, opposite, two):
    app = open_gallery(which=which, two=two)
    assert app.session_state["other"] == opposite
    assert "Distance of the outputs" in words(app)
    assert app.get("table")[0].value.index[1] == GATES[opposite].title


def test_older_links_without_a_gate_mean_the_first():
    """The page began with the attention gate before there was a wall."""
    assert "ReLU(θ(x) + φ(g))" in words(open_gallery(part="steps"))
    app = open_gallery(part="all")
    assert app.session_state["which"] == ""
    assert app.get("expander")[0].proto.expanded


def test_channel_weights_are_a_strip():
    """SE has 256 values; the bars are as high as the values, on a scale from 0 to 1; a choice moves the view."""
    app = open_gallery(which="se", ch="200")
    data = component(app, "heights")
    assert len(data["values"]) == len(data["heights"]) == 256
    assert data["chosen"] == 200
    assert data["ends"] == ["0", "1"]
    np.testing.assert_allclose([float(value) for value in data["values"]], data["heights"], rtol=2e-3, atol=1e-4)


def test_steps_are_drawn_by_their_edges():
    """θ comes from x, φ from g, both meet in f; only the map says that it is broadcast."""
    data = component(open_gallery(which="attention", part="steps"), "nodes")
    edges = {(edge["from"], edge["to"]): edge["label"] for edge in data["edges"]}
    assert {("x", "theta_x"), ("g", "phi_g"), ("theta_x", "sum"), ("phi_g", "sum"), ("x", "gated")} <= set(edges)
    assert ("theta_x", "phi_g") not in edges
    assert {pair: label for pair, label in edges.items() if label} == {("alpha", "gated"): "→ 256"}
    assert all(node["image"].startswith("data:image/png") for node in data["nodes"])
    assert [node["id"] for node in data["nodes"] if node["chosen"]] == ["gated"]


@pytest.mark.parametrize("name", GATES)
def test_every_gate_in_both_languages(name):
    english, chinese = open_gallery(which=name, **SMALL), open_gallery(which=name, lang="zh", **SMALL)
    assert not english.exception
    assert not chinese.exception
    told, said = words(english), words(chinese)
    assert GATES[name].title in told
    assert GATES[name].summary in told
    assert GATES[name].summary not in said
    with speaking("zh"):
        equation = t(GATES[name].equation)
    for text, written in ((told, GATES[name].equation), (said, equation)):
        assert written in text
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
        "merges": "Multiply", "steps": "gʷ", "maps": "gʰ", "kept": "%", "traps": "Multiply", "code": "def ",
    }[section]  # fmt: skip
    downloads = [one.proto.label for one in app.get("download_button")]
    assert held in words(app) + "".join(downloads)


@pytest.mark.parametrize("name", PITFALLS)
def test_every_common_mistake(name):
    app = open_gallery(which=PITFALLS[name].gate, part="traps", trap=name)
    assert not app.exception
    assert PITFALLS[name].why in words(app)
    refused = name in ("no-upsampling", "no-channel-axis", "wrong-axes")
    assert bool(app.error) == refused  # on 20×20×256 the other two run


@pytest.mark.parametrize("form", [form for form in GATES["attention"].variants if form != "paper"])
def test_common_mistakes_of_every_variant_of_the_attention_gate(form):
    app = open_gallery(which="attention", which_form=form, part="traps", trap="no-upsampling")
    assert not app.exception
    shown = PITFALLS["no-upsampling"].why in words(app)
    assert shown == (not form.startswith(("keras-unet-collection", "monai")))  # those make the map where it is used


def test_trained_and_untrained():
    trained, other = open_gallery(which="attention"), open_gallery(which="se")
    assert "Trained: the weights are those of the built-in network" in words(trained)
    assert "Untrained: the weights are drawn from seed 0" in words(other)
    assert "Untrained" in words(open_gallery(which="attention", **SMALL))  # on features that are not the network's own


def test_two_side_by_side():
    app = open_gallery(two="true", which="se", other="film", **SMALL)
    assert not app.exception
    table = app.get("table")[0].value
    assert list(table.index) == ["Squeeze-and-excitation", "FiLM"]
    assert list(table["merges"]) == ["Multiply", "Multiply, Add"]
    assert "Distance of the outputs" in words(app)


@pytest.mark.parametrize("shape", ["3", "1,4,6", "1,None,6,7", "0,4,6,7", "1,4,6,999999", "1,2,3,4,5,6", "x"])
def test_invalid_shapes(shape):
    app = open_gallery(features="random", fshape=shape)
    assert not app.exception
    assert app.error[0].value
    assert next(
        one for one in unfolded(app, "gallery_features").text_input if one.value == shape
    )  # what was typed is still there


@pytest.mark.parametrize(
    ("link", "held", "warned"),
    [
        ({"which": "nonsense"}, {"which": ""}, "nonsense"),
        ({"which": "se", "part": "nowhere"}, {"which": "se", "part": "merges"}, "nowhere"),
        ({"which": "se", "recorded": "inf"}, {"which": "se", "recorded": 1}, "inf"),
        ({"which": "se", "two": "maybe", "other": "<b>"}, {"two": False}, None),
        ({"which": "se", "two": "true", "other": "<b>"}, {"two": True, "other": "attention"}, "<b>"),
        ({"features": "![](http://example.com)"}, {"features": "trained"}, "![](http"),
        ({"which": "cbam", "part": "steps", "gstep": "x" * 999}, {"which": "cbam", "part": "steps"}, None),
        ({"which": "attention", "which_form": "none"}, {"which_form": "paper"}, "none"),
        ({"which": "cbam", "merge": "none"}, {"merge": "gated"}, "none"),
        ({"which": "se", "ch": "99999"}, {"which": "se"}, None),
    ],
)
def test_nonsense_in_a_link(link, held, warned):
    """Each value that is none of the choices falls back to the default, and the page names what it did not take."""
    app = open_gallery(**link)
    assert not app.exception
    assert not app.error
    assert {key: app.session_state[key] for key in held} == held
    told = [warning.value.replace("\\", "") for warning in app.warning]
    assert any(warned in text for text in told) if warned else told == []


def npy(array) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=array.dtype == object)
    return file.getvalue()


def test_uploaded_features():
    app = open_gallery(which="se", features="file")
    assert "upload features" in words(app)
    app.file_uploader[0].upload("mine.npy", npy(np.ones((4, 6, 7), "float32"))).run()
    assert not app.exception
    assert not app.error
    assert "7" in app.get("table")[0].value.to_string()


@pytest.mark.parametrize(
    "content", [b"", b"\x93NUMPY broken", npy(np.ones((4, 6))), npy(np.array([{}])), npy(np.array(["a", "b"]))]
)
def test_invalid_files(content):
    app = open_gallery(which="se", features="file")
    app.file_uploader[0].upload("mine.npy", content).run()
    assert not app.exception
    assert app.error[0].value


def test_a_toy_gate_is_in_the_menu_and_on_the_page(monkeypatch):
    toy = dataclasses.replace(GATES["se"], name="toy", title="A toy gate", summary="A plaything.", aliases=())
    monkeypatch.setitem(GATES, "toy", toy)
    app = open_gallery(which="toy", **SMALL)
    assert not app.exception
    assert "A toy gate" in app.selectbox(key="which").options
    assert "A plaything." in words(app)
    app = open_gallery(two="true", other="toy", **SMALL)
    assert "A toy gate" in app.get("table")[0].value.index
    assert "A toy gate" in [card["title"] for card in cards(open_gallery(**SMALL))]


@pytest.mark.parametrize("shape", ["1,56,56,256", "1,60000,60000,256", "1,64,128,128,32"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_features_too_large_to_compute_have_shapes_and_costs(shape, language):
    """Of one gate, of two, and of all in the table; code and facts as for others, but no picture."""
    app = open_gallery(which="se", features="random", fshape=shape, lang=language)
    assert not app.exception
    assert not app.error
    sizes = tuple(map(int, shape.split(",")))
    shapes = list(app.get("table")[0].value.iloc[:, 1])
    assert shapes[0] == shapes[-1] == str(sizes)
    assert "def squeeze_and_excitation" in words(app)
    assert f"{2 * sizes[-1] * (sizes[-1] // 16):,}" in words(app)
    assert not app.get("bidi_component") or all(
        "panels" not in one.proto.mixed.json for one in app.get("bidi_component")
    )
    table = open_gallery(features="random", fshape=shape, lang=language).get("table")[0].value
    assert table.loc[plain(_catalogue(language).gettext(GATES["se"].title))].iloc[2] == "Multiply"


VOLUME = {"features": "random", "fshape": "1,3,5,7,11"}


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("name", ["attention", "cbam"])
def test_volumes(name, section):
    """Features with five axes: every section."""
    app = open_gallery(which=name, part=section, **VOLUME)
    assert not app.exception
    assert not app.error or section == "traps"
    held = {
        "merges": "11", "steps": "(1, 3, 5, 7, 11)", "maps": "Ms" if name == "cbam" else "α", "kept": "%",
        "traps": "Multiply" if name == "attention" else "No common mistake", "code": "Conv3D",
    }[section]  # fmt: skip
    assert held in words(app) + str([one.value.to_string() for one in app.get("table")])


def test_volumes_on_the_wall_and_side_by_side():
    app = open_gallery(**VOLUME)
    assert not app.exception
    assert {card["id"] for card in cards(app)} == set(GATES) - {"coordinate"}
    assert "Not run on these features, for their size or number of axes: Coordinate attention" in words(app)
    app = open_gallery(two="true", which="scse", other="attention", **VOLUME)
    assert not app.exception
    assert "α → channels" in words(open_gallery(which="attention", **VOLUME))
    assert "s → depth × rows × columns" in words(open_gallery(which="se", **VOLUME))


def test_channels_first_is_asked_about():
    """The code that moves the channels to the end stands below the equation."""
    app = open_gallery(which="se", features="random", fshape="1,64,20,20")
    assert any("keras.layers.Permute((2, 3, 1))(x)" in warning.value for warning in app.warning)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_where_a_position_looks(language):
    """The weights of 400 positions per head, with the position of the link; other gates have no such picture."""
    app = open_gallery(which="multi-head", part="maps", qat="3,17", lang=language)
    assert not app.exception
    data = component(app, "meta")["meta"]
    assert data["grid"] == [20, 20]
    assert data["heads"] == 4
    assert data["chosen"] == 3 * 20 + 17
    assert "400" in words(app)
    for asked in ("", "3", "20,0", "0,20", "-1,2", "a,b", "1,2,3", "9" * 40 + ",1"):
        app = open_gallery(which="multi-head", part="maps", qat=asked, lang=language)
        assert not app.exception
        assert component(app, "meta")["meta"]["chosen"] == 10 * 20 + 10
    assert "heads" not in str(component(open_gallery(which="se", part="maps"), "heights"))
