"""The Attention gate page, page logic without a browser: both languages, every control, a network that fails."""

import io
import json
import re
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.gates.map_changes import MAP_CHANGES
from core.segmentation.slices import dice
from sandbox.processes.errors import SandboxError
from sandbox.segmentation.segmenter import Segmented
from tests.pages.opened import opened, views, words
from tests.ui.sample_files import png_header
from ui.gate import network as answers
from ui.gate.case import TRAINED_SEEDS, find_case, recorded_maps, trace_gate
from ui.gate.controls import SliceChoice
from ui.gate.export import moments_of
from ui.gate.scene import moment_masks
from ui.views.assets import arrays
from ui.views.gate_view import product_view

PAGE = "pages/2_Attention_gate.py"
GRIDS = ("20", "40", "80", "160")


def open_gate(**parameters) -> AppTest:
    """The page as a link with these parameters opens it."""
    return opened(PAGE, **parameters)


def scene(app: AppTest) -> dict:
    """The scene of the stage: scores, which prediction is shown, and the notes beside the map."""
    return views(app)[0]["scene"]


def shown_score(app: AppTest) -> str:
    """What is written beside the prediction; empty while it is computed."""
    found = scene(app)
    return "" if found["shown"] is None else found["scores"][found["shown"]]


class Network:
    """A network for tests: each call gives what was set."""

    def __init__(self):
        self.calls, self.reply, self.process = [], None, self
        self.pid = 1

    def start(self):
        """Nothing to start."""

    def segment(self, *, seed=None, image=None):
        return self._answer(("segment", seed, image))

    def steer(self, image, grid, alpha):
        return self._answer(("steer", grid, alpha), np.zeros((1, 160, 160, 1), "float32"))

    def _answer(self, call, mask=None):
        self.calls.append(call)
        future = Future()
        if isinstance(self.reply, Exception):
            future.set_exception(self.reply)
        elif self.reply is not None:
            future.set_result(mask if mask is not None and isinstance(self.reply, Segmented) else self.reply)
        return future


@pytest.fixture
def network(monkeypatch):
    """The page with a stand-in of the network."""
    fake = Network()
    monkeypatch.setattr(answers, "the_segmenter", lambda: fake)
    monkeypatch.setattr(answers, "wanted", lambda: True)
    monkeypatch.setattr(answers, "_SHORT", 0.1)
    return fake


def recorded(number=1):
    """What the network would say of a recorded slice, under the names of a reply."""
    one = slice(number, number + 1)
    samples = arrays("samples")
    found = {
        "image": samples["image"][one] / np.float32(255), "truth": samples["truth"][one].astype("float32"),
        "body": samples["body"][one].astype("float32"), "answer": samples["prediction"][one].astype("float32"),
    }  # fmt: skip
    for grid in GRIDS:
        trace = arrays(f"trace_{grid}")
        found |= {f"x{grid}": trace["x"][one].astype("float32"), f"g{grid}": trace["g"][one].astype("float32")}
    return Segmented(found)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("grid", GRIDS)
def test_every_gate(grid, language):
    """Pictures with the recorded Dice, and the claim about every channel."""
    app = open_gate(lang=language, gate=grid, number=3)
    assert not app.exception
    samples = arrays("samples")
    score = dice(samples["truth"][2], samples["prediction"][2].astype("float32"))
    assert f" {score:.3f}" in shown_score(app)
    assert scene(app)["truth"]
    if language == "en":
        channels = arrays(f"trace_{grid}")["x"].shape[-1]
        assert f"Each of the {channels} channels is x·α, bit-exact" in words(app)
        assert any(verdict in words(app) for verdict in ("Focused", "Selective", "Graded"))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("section", ["health", "steps", "learning", "code"])
def test_every_section(section, language):
    app = open_gate(lang=language, more=section)
    assert not app.exception
    told = words(app)
    if section == "code":
        assert "def attention_gate(x, g, filters=128" in told
    if section == "steps" and language == "en":
        table = app.table[0].value
        assert table["shape"].tolist()[:3] == ["(1, 20, 20, 256)", "(1, 10, 10, 256)", "(1, 10, 10, 128)"]


@pytest.mark.parametrize("step", ["x", "theta_x", "sum", "relu", "psi", "sigmoid", "alpha", "gated"])
def test_every_step_by_itself(step):
    app = open_gate(more="steps", step=step)
    assert not app.exception
    assert len(views(app)[-1]["panels"]) == 1 + len(
        trace_gate(find_case(SliceChoice("sample", 0), 20)).step(step).inputs
    )
    assert app.query_params.get("step", "gated") in (step, [step])


@pytest.mark.parametrize("name", MAP_CHANGES)
def test_every_change_of_the_map_runs_the_network_with_it(name, network):
    """The network gets the changed map at this gate; its Dice is compared with the original."""
    network.reply = np.zeros((1, 160, 160, 1), "float32")
    app = open_gate(map=name, gate=40)
    assert not app.exception
    if name == "none":
        assert network.calls == []
        return
    ((job, grid, alpha),) = network.calls
    assert (job, grid) == ("steer", 40)
    assert alpha.shape == (1, 40, 40, 1)
    assert shown_score(app).startswith("Dice 0.000 (−")


def test_the_amount_of_a_change_is_in_the_link(network):
    network.reply = np.zeros((1, 160, 160, 1), "float32")
    app = open_gate(map="constant", map_value="0.25")
    assert network.calls[-1][2].max() == network.calls[-1][2].min() == 0.25
    app.session_state["map_value"] = "0.75"  # as the reel puts it there
    app.run()
    assert network.calls[-1][2].max() == 0.75


def test_an_amount_between_two_steps_opens_exactly(network):
    """Links of any age: a number that is no place of the slider is a place all the same."""
    network.reply = np.zeros((1, 160, 160, 1), "float32")
    app = open_gate(map="constant", map_value="0.333")
    assert not app.exception
    assert not app.warning
    assert (network.calls[-1][2] == np.float32(0.333)).all()
    assert app.session_state["map_value"] == 0.333


def test_a_moment_of_training_shows_the_map_of_then(network):
    """At the start every weight is about a half; its prediction is recorded, so that the network is not run."""
    app = open_gate(moment="0")
    assert not app.exception
    (reel,) = views(app)[0]["reels"]
    assert reel["at"] == 0
    found = scene(app)
    assert found["shown"] == 0
    assert found["byReel"]["moment"] == list(range(len(reel["frames"])))
    assert len(set(found["scores"])) > 5, "the predictions of the training differ"
    assert network.calls == []


def test_the_recorded_predictions_are_those_of_the_trained_network_at_its_end():
    """At the last moment nearly every position is as in assets/samples.npz; only rounding of the maps lies between."""
    samples = arrays("samples")
    for grid in map(int, GRIDS):
        for number in range(8):
            mask = moment_masks(find_case(SliceChoice("sample", sample=number), grid))[-1]
            assert (mask == (samples["prediction"][number, ..., 0] > 0.5)).mean() > 0.999


@pytest.mark.parametrize("grid", GRIDS)
def test_the_page_says_how_the_map_came_about_and_what_other_maps_give(grid):
    """The supervision, the network without gates, and four sanity checks with their Dice, beside the map."""
    app = open_gate(gate=grid)
    trained, checks = scene(app)["notes"]
    supervised = grid in ("20", "40")
    assert ("was trained against the target" in trained) == supervised
    assert (views(app)[0]["panels"][1]["remark"] == "supervised") == supervised
    assert "0.983" in trained
    assert "0.981" in trained or "0.980" in trained
    for name in ("all open", "shuffled", "inverted", "random weights"):
        assert re.search(name + r"[^·]* \d\.\d{3}", checks), name


def test_swapping_the_gating_signal_changes_the_map(network):
    app = open_gate(g="4")
    assert not app.exception
    other = network.calls[0][2]
    assert np.abs(other - arrays("trace_20")["alpha"][:1]).max() > 0.2


def test_a_new_slice_goes_through_the_network(network):
    network.reply = recorded(5)
    app = open_gate(slice="seed", slice_seed="1234")
    assert not app.exception
    assert network.calls[0] == ("segment", 1234, None)
    assert [call[0] for call in network.calls[1:]] == ["steer"] * 4, "the sanity checks"
    assert "Showing example 1 in the meantime." not in words(app)
    assert views(app)[0]["reels"] == []


def test_a_slice_of_the_training_is_named_as_such(network):
    recipe = json.loads((Path(__file__).parents[2] / "assets/training.json").read_text(encoding="utf-8"))["recipe"]
    last = recipe["seed"] + recipe["steps"] * recipe["batch"] - 1
    assert range(recipe["seed"], last + 1) == TRAINED_SEEDS
    network.reply = recorded(5)
    assert "This image was in the training set" in words(open_gate(slice="seed", slice_seed=last))
    assert "This image was in the training set" not in words(open_gate(slice="seed", slice_seed=last + 1))


def test_while_the_network_looks_the_page_is_whole(network):
    """No answer yet: a bar, and the first recorded slice below it."""
    app = open_gate(slice="seed")
    assert not app.exception
    assert app.get("progress")
    assert "Showing example 1 in the meantime." in words(app)
    assert "Each of the 256 channels" in words(app)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("died", "its process ended during the run"),
        ("timeout", "it took too long and was stopped"),
        ("memory", "it ran out of memory"),
        ("start", "its process could not be started"),
        ("failed", "it stopped with an error"),
    ],
)
def test_a_network_that_fails_gets_one_sentence_and_the_next_try_works(network, kind, reason):
    network.reply = SandboxError(kind, "what was sent is not for the screen")
    app = open_gate(slice="seed", slice_seed="7")
    assert not app.exception
    told = words(app)
    assert f"The network returned no prediction: {reason}." in told
    assert "not for the screen" not in told
    assert "Each of the 256 channels" in told
    network.reply = recorded()
    app.button(key="again").click().run()
    assert not app.exception
    assert "returned no prediction" not in words(app)


def test_without_a_sandbox_the_page_says_so():
    app = open_gate(slice="seed")
    assert not app.exception
    assert "its sandbox is disabled" in words(app)


def picture(mode="RGB", size=(64, 48), **options) -> bytes:
    image, stream = Image.new(mode, size), io.BytesIO()
    image.putpixel(
        (size[0] // 2, size[1] // 2), (1 << 15) if mode == "I;16" else (255,) * len(mode) if len(mode) > 1 else 255
    )
    image.save(stream, "PNG", **options)
    return stream.getvalue()


def npy(array) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def _black() -> bytes:
    stream = io.BytesIO()
    Image.new("L", (160, 160)).save(stream, "PNG")
    return stream.getvalue()


BAD = {
    "text.png": (b"not a picture at all", "This is not a PNG, JPEG or WebP picture."),
    "cut.png": (picture()[:60], "The picture is damaged or cut off."),
    "huge.png": (png_header(20_000, 20_000), "The picture has too many pixels; up to 16 megapixels are read."),
    "black.png": (_black, "All values of the slice are equal (0)"),
    "empty.png": (b"", "The file is empty."),
    "rank.npy": (npy(np.zeros((2, 3, 5, 7))), "got (2, 3, 5, 7)"),
    "nan.npy": (npy(np.array([[0, np.nan], [1, 2]])), "1 of these are NaN or infinite."),
    "objects.npy": (npy(np.array([{}], dtype=object)), "The array holds Python objects; only numbers are read."),
    "cut.npy": (npy(np.ones((9, 9)))[:-8], "bytes of numbers but holds"),
    "model.h5": (b"\x89HDF\r\n", "are accepted."),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_no_slice_gets_one_sentence(name, network):
    """The page stays whole, the network is not asked, and a good file works after it."""
    content, sentence = BAD[name]
    app = open_gate(slice="file")
    app.file_uploader(key="own_slice").upload(name, content() if callable(content) else content).run()
    assert not app.exception
    assert [element.value for element in app.error if sentence in element.value.replace("\\", "")]
    assert len(app.error) == 1
    assert network.calls == []
    assert "Each of the 256 channels" in words(app)


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (picture("RGBA"), "not square"),
        (picture("I;16"), "not square"),
        (picture(save_all=True, append_images=[Image.new("RGB", (64, 48), "red")]), "Only the first frame is used."),
        (picture(size=(160, 160)), ""),
    ],
)
def test_pictures_of_every_kind_reach_the_network(content, note, network):
    network.reply = recorded(2)
    app = open_gate(slice="file")
    app.file_uploader(key="own_slice").upload("a.png", content).run()
    assert not app.exception
    assert not app.error
    assert note in words(app)
    job, seed, image = network.calls[0]
    assert (job, seed, image.shape, image.dtype) == ("segment", None, (1, 160, 160, 1), np.float32)
    assert 0 <= image.min() < image.max() <= 1


@pytest.mark.parametrize(
    "parameters",
    [
        {"gate": "21"},
        {"gate": "<script>", "number": "9"},
        {"slice": "seed", "slice_seed": "-1"},
        {"slice": "seed", "slice_seed": "1e400"},
        {"slice": "seed", "slice_seed": "９"},
        {"slice": "seed", "slice_seed": "99999999999"},
        {"slice": "file"},
        {"moment": "nan", "g": "99"},
        {"g": "1"},
        {"map": "nope"},
        {"map": "sharpen", "map_temperature": "inf"},
        {"map": "shift", "map_right": "7", "map_down": ""},
        {"more": "x", "step": "y", "variant": "z"},
        {"more": "steps", "step": "nope"},
        {"place": "9,9,9,999999", "pin": "a,b", "pin_of": "-1", "sides": "0,0", "sort": "<b>"},
        {"place": "1,2", "pin": "none", "sides": "7,8,9"},
        {"gate": "160", "place": "0,159,159,15"},
        {"lang": "xx"},
    ],
)
def test_nonsense_in_the_link(parameters):
    """Whatever a link contains, the page is whole and no exception shows."""
    app = open_gate(**parameters)
    assert not app.exception
    assert app.title[0].value == "One map multiplies every channel"
    assert "channels is x·α, bit-exact" in words(app)


def test_the_map_of_every_moment_can_be_exported():
    """The tensors of a moment are those features, the map of then and their product."""
    case = find_case(SliceChoice("sample", sample=2), 20)
    trace = trace_gate(case)
    made = moments_of(product_view(trace.step("x").value, trace.alpha), recorded_maps(case))
    assert len(made) == len(arrays("alpha")["steps"])
    x, weights, product = (panel.value for panel in made[0].view.panels)
    assert weights.mean() == pytest.approx(0.5, abs=0.05)
    np.testing.assert_array_equal(product, x * weights)
    np.testing.assert_allclose(made[-1].view.panels[1].value, trace.alpha, atol=0.02)


def test_a_place_in_an_exported_link_is_found():
    """Exported files name places as the other pages do."""
    app = open_gate(cell="0,3,5,7", at="0,3,5,7")
    assert not app.exception
    assert app.session_state["pin"] == "0,3,5,7"
