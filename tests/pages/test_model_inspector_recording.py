"""A recording in the model inspector: like a model that has run, with a slider over the steps of a training."""

from dataclasses import replace

import numpy as np
import pytest

from core.files.recordings import recording_bytes
from tests.core.files.recordings_corpus import BROKEN, GATE, content, good
from tests.pages.opened import views, words
from tests.pages.test_model_inspector import open_inspector

KEY = "model_file"


@pytest.fixture
def training():
    """Recorded before the first step and after 3 and 7."""
    return open_inspector(content((0, 3, 7)), "train.msr.npz")


def test_a_recording_opens_like_a_model_that_has_run():
    """The list, the gate with its verdict, the values, the calls that are no merge; nothing runs."""
    app = open_inspector(content(), "run.msr.npz")
    text = words(app)
    assert not app.exception
    assert "gate/multiply" in text
    assert "is the gate." in text
    assert "Graded" in text or "Uniform" in text
    assert "divide" in text
    assert not any(button.key in ("mstart", "mstop") for button in app.button)
    (view,) = views(app)
    assert [panel["shape"] for panel in view["panels"]] == [[2, 5, 7, 3], [2, 5, 7, 1], [2, 5, 7, 3]]
    assert view["reels"] == []
    parts = app.segmented_control(key="mpart").options
    assert "Gradients" not in parts
    assert "Compare" in parts


def test_the_last_step_of_a_training_is_shown_first(training):
    """One slider moves all tensors of the merge; the menu has every step."""
    (view,) = views(training)
    assert [(reel["name"], reel["panel"], reel["at"]) for reel in view["reels"]] == [("mstep", n, 2) for n in range(3)]
    assert view["reels"][0]["frames"] == ["0", "3", "7"]
    digests = [reel["digests"] for reel in view["reels"]]
    assert len(set(digests[0])) == 1  # the features are the same at every step
    assert len(set(digests[1])) == len(set(digests[2])) == 3
    assert training.selectbox(key="mstep").options == ["0", "3", "7"]


def test_a_link_names_the_step():
    """And a step that is not there is replaced by the last."""
    app = open_inspector(content((0, 3, 7)), "train.msr.npz", mstep="3")
    assert views(app)[0]["reels"][0]["at"] == 1
    assert f"{float(GATE.mean()) / 4:.3f}" in "".join(element.help or "" for element in app.markdown)
    assert views(open_inspector(content((0, 3, 7)), "train.msr.npz", mstep="4"))[0]["reels"][0]["at"] == 2


def test_two_steps_are_compared():
    """The same merge at another step, with the difference."""
    app = open_inspector(content((0, 3, 7)), "train.msr.npz", mpart="compare", mwith="input", mten="1")
    assert not app.exception
    (view,) = views(app)
    assert [panel["shape"] for panel in view["panels"]] == [[2, 5, 7, 1]] * 3
    assert app.selectbox(key="mthen").options == ["0", "3"]


def test_channels_that_come_first_are_gone_through():
    """As in PyTorch: rows and columns are the last two axes."""
    index, arrays = good()
    app = open_inspector(recording_bytes(replace(index, channels="first"), arrays), "torch.msr.npz")
    assert views(app)[0]["axes"] == [2, 3]
    assert "is the gate." in words(app)


def test_attention_maps_of_channels_that_come_first():
    """The same maps over the same picture as of a recording with channels last."""
    index, arrays = good()
    moved = [np.moveaxis(array, -1, 1) if array.ndim == 4 else array for array in arrays]
    shapes = {array.shape: one.shape for array, one in zip(arrays, moved, strict=True)}

    def turned(tensor):
        return replace(tensor, shape=shapes.get(tensor.shape, tensor.shape))

    steps = [
        replace(
            step,
            tensors={name: tuple(map(turned, row)) for name, row in step.tensors.items()},
            outputs=tuple(map(turned, step.outputs)),
        )
        for step in index.steps
    ]
    inputs = [replace(one, tensor=turned(one.tensor)) for one in index.inputs]
    first = replace(index, channels="first", steps=tuple(steps), inputs=tuple(inputs))
    captions = []
    for file in (recording_bytes(index, arrays), recording_bytes(first, moved)):
        app = open_inspector(file, "run.msr.npz", mpart="overlay")
        assert not app.exception
        assert not app.error
        captions.append([one.caption for element in app.get("image") for one in element.proto.imgs])
    assert captions[0] == captions[1] != []


def without_values(*without, dtype="float32", absent=False):
    """A training of three steps whose gate has no values at some of them, or is not listed there."""
    index, arrays = good((0, 3, 7))
    steps = []
    for one in index.steps:
        tensors = dict(one.tensors)
        if one.number in without:
            left_out = tuple(replace(tensor, array=None, dtype=dtype) for tensor in tensors.pop("gate/multiply"))
            tensors |= {} if absent else {"gate/multiply": left_out}
        steps.append(replace(one, tensors=tensors))
    return recording_bytes(replace(index, steps=tuple(steps)), arrays)


@pytest.mark.parametrize(
    ("file", "reasons"),
    [
        (without_values(3), ["too large", "smaller batch or fewer steps", "mergescope.inspect(model, inputs)"]),
        (without_values(3, dtype="complex64"), ["real numbers only", "complex64"]),
        (without_values(3, absent=True), ["At step 3", "not recorded", "steps: 0, 7", "everything=True"]),
        (without_values(0, 3, 7, absent=True), ["recorded at no step", "everything=True"]),
    ],
    ids=["size", "dtype", "absent", "never"],
)
@pytest.mark.parametrize("part", ["values", "compare"])
def test_values_that_are_not_recorded(file, reasons, part):
    """The page says why the values of a merge are missing and how to get them, for the step and for the other one."""
    chosen = {"mstep": "3"} if part == "values" else {"mstep": "7", "mpart": "compare", "mwith": "input", "mthen": "3"}
    app = open_inspector(file, "train.msr.npz", **chosen)
    assert not app.exception
    text = " ".join(one.value for one in app.info)
    assert "did not reach" not in text
    assert all(reason in text for reason in reasons), text


@pytest.mark.parametrize("name", ["cut off", "no list", "newer", "objects", "other shape", "foreign member"])
def test_a_broken_recording_gets_one_sentence(name):
    """And the page stays, with the lines that make a recording."""
    file, _ = BROKEN[name]
    app = open_inspector(file, "run.msr.npz")
    assert not app.exception
    assert len(app.error) == 1
    assert app.file_uploader(key=KEY)
    assert "mergescope.record(model, inputs" in words(app)
