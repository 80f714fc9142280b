"""The figures of a survey are those of single runs of the inspector; what goes wrong is a row with its error."""

import os
import signal
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from core import MergeError
from core.gates.channels import channel_figures, energy
from core.gates.health import gate_health
from sandbox.model_run.gate_figures import SUMS, WEIGHT_BINS, feature_edges
from sandbox.model_run.handle import open_model
from survey import measure, prepare
from survey.measure import ModelProcess, measure_shard
from survey.plan import SHARD, Options
from survey.rank import FIGURES_OF_IMAGE
from survey.source import open_source
from tests.survey import models

pytestmark = pytest.mark.keras

COUNT, BATCH = 11, 4
PATIENCE = 400.0
KILLER = 777.0  # a pixel of this value ends the child of `Dying`


class Dying(ModelProcess):
    """A model whose child is killed when a batch holds a certain image: always, or the first time only."""

    def __init__(self, content, model, *, once):
        super().__init__(content, model)
        self.once, self.deaths = once, 0

    def measure(self, plan, arrays):
        future = super().measure(plan, arrays)
        if (arrays[0] == KILLER).any() and not (self.once and self.deaths):
            self.deaths += 1
            os.kill(self.pid, signal.SIGKILL)
        return future


def planned(folder, model_file, images, process=None, **options):
    """A plan over a stack of images, the source, and the model."""
    np.save(folder / "images.npy", images)
    content, model = prepare.read_survey_model(model_file)
    asked = Options((str(folder / "images.npy"),), batch=BATCH, **options)
    source = open_source(asked.data)
    process = process or ModelProcess(content, model)
    plan = prepare.outline(model_file, content, model, source, asked)
    return prepare.complete(plan, process, source, prepare.first_images(plan, model, source)), source, process


@pytest.fixture(scope="module")
def begun(tmp_path_factory, model_file):
    """A survey of images, the last of them NaN; one process for the tests here."""
    folder = tmp_path_factory.mktemp("images")
    images = models.images(COUNT)
    images[-1, 3, 5] = np.nan
    plan, source, process = planned(folder, model_file, images)
    yield plan, source, process, images
    process.close()


@pytest.fixture(scope="module")
def measured(begun):
    plan, source, process, images = begun
    return plan, images, measure_shard(plan, process, source, 0)


@pytest.fixture(scope="module")
def inspected(model_file, measured):
    """For each image the tensors of each gate, as the inspector records them."""
    plan, images, _ = measured
    opened = open_model(model_file.read_bytes())
    found = []
    for number in range(COUNT - 1):
        opened.run({"image": images[number : number + 1]}).result(PATIENCE)
        found.append([opened.tensors(gate.id).result(PATIENCE) for gate in plan.gates])
    opened.close()
    return found


def test_the_gates_are_found(measured):
    plan, _, found = measured
    assert [gate.id for gate in plan.gates] == list(models.GATES)
    assert [gate.shape for gate in plan.gates] == [(11, 13, 1), (1, 1, 5), (11, 13, 5), (143, 1)]
    assert [gate.shared_axes for gate in plan.gates] == [(), (), (), (1,)]
    assert [image.shape[1:] for image in found.maps] == [(11, 13), (1, 5), (11, 13), (32, 1)]
    assert found.errors == ("",) * COUNT


def test_figures_are_those_of_the_inspector(measured, inspected):
    """Verdict, entropy, energy and sums of every gate on every image, from the tensors that the inspector records."""
    plan, _, found = measured
    for number, of_gates in enumerate(inspected):
        for at, (gate, tensors) in enumerate(zip(plan.gates, of_gates, strict=True)):
            alpha, x = tensors.inputs[gate.gate], tensors.inputs[gate.features]
            compare(found.gates[at], number, gate_health(alpha, shared_axes=gate.shared_axes), alpha)
            if gate.operation == "Multiply":
                compare_channels(found.gates[at], number, x, alpha, tensors.output)


def compare(found, number, health, alpha):
    figures = dict(zip(FIGURES_OF_IMAGE, found.figures[number], strict=True))
    wanted = {"mean": health.mean, "std": health.std, "closed": health.suppressed, "open": health.passed}
    assert {name: figures[name] for name in wanted} == pytest.approx(wanted, rel=1e-5, abs=1e-6)
    assert figures["entropy"] == pytest.approx(health.entropy, abs=1e-5, nan_ok=True)
    assert found.ranges[number] == pytest.approx([health.smallest, health.largest])
    level = np.minimum(np.floor(alpha.astype(np.float64) * WEIGHT_BINS).astype(int), WEIGHT_BINS - 1)
    assert (found.weight_bins[number] == np.bincount(level.ravel(), minlength=WEIGHT_BINS)).all()


def compare_channels(found, number, x, alpha, output):
    figures = channel_figures(x, output, alpha)
    sums = dict(zip(SUMS, found.sums[number].astype(np.float64), strict=True))
    assert sums["square"] == pytest.approx(figures.before, rel=1e-5)
    assert sums["after"] == pytest.approx(figures.after, rel=1e-5, abs=1e-9)
    assert found.figures[number, FIGURES_OF_IMAGE.index("energy")] == pytest.approx(
        energy(output).sum() / energy(x).sum(), rel=1e-5
    )
    count = x[..., 0].size
    product = sums["gate_magnitude"] - sums["magnitude"] * sums["gate"] / count
    spreads = [sums["square"] - sums["magnitude"] ** 2 / count, sums["gate_square"] - sums["gate"] ** 2 / count]
    if spreads[1].min() > 1e-3:  # else the gate is the same at every position, as that of a vector
        assert product / np.sqrt(spreads[0] * spreads[1]) == pytest.approx(figures.agreement, abs=1e-4)


def test_feature_bins(measured, inspected):
    """The bins of the features at every position, by their bounds; the image of NaN is in none."""
    plan, _, found = measured
    x = np.stack([of_gates[2].inputs[plan.gates[2].features][0] for of_gates in inspected]).reshape(-1, 5)
    bins = found.gates[2].feature_bins
    assert bins.sum() == x.size
    assert (found.gates[2].zeros == (x == 0).sum(axis=0)).all()
    for sign, half in ((1, bins[:, :64]), (-1, bins[:, 64:])):
        own = np.where(sign * x > 0, abs(x), np.nan)
        at = np.clip(np.searchsorted(feature_edges(), own, side="right") - 1, 0, 63)
        for channel in range(5):
            counted = np.bincount(at[~np.isnan(own[:, channel]), channel], minlength=64)
            counted[0] += (x[:, channel] == 0).sum() if sign > 0 else 0
            assert (half[channel] == counted).all()


def test_the_next_batch_is_read_while_one_is_measured(begun, monkeypatch):
    """11 images in batches of 4, by the order of the calls: of a batch the figures are kept after the next is read."""
    plan, source, process, _ = begun
    calls, load, taken = [], measure.load_image, process.measured

    def logged_load(plan, model, source, number):
        calls.append(number)
        return load(plan, model, source, number)

    def logged_taken(future):
        calls.append("figures")
        return taken(future)

    monkeypatch.setattr(measure, "load_image", logged_load)
    monkeypatch.setattr(process, "measured", logged_taken)
    measure_shard(plan, process, source, 0)
    assert calls == [*range(8), "figures", *range(8, 11), "figures", "figures"]


def test_nan_is_flagged(measured):
    """The prediction, the gates behind it, the verdict; no statistic counts the image."""
    _, _, found = measured
    assert list(np.flatnonzero(found.lost)) == [COUNT - 1]
    for gate in found.gates:
        assert not gate.finite[-1]
        assert gate.measured[-1]
        assert np.isnan(gate.figures[-1]).all()


@pytest.mark.slow
@pytest.mark.parametrize("once", [True, False])
def test_a_child_that_is_killed(tmp_path, model_file, measured, once):
    """Killed once, the shard is measured again, to the bit; killed by one image, that image is named."""
    plan, images, clean = measured
    images = images.copy()
    images[6, 0, 0] = KILLER
    np.save(tmp_path / "images.npy", images)
    process = Dying(*prepare.read_survey_model(model_file), once=once)
    try:
        found = measure_shard(plan, process, open_source([str(tmp_path / "images.npy")]), 0)
    finally:
        process.close()
    assert process.deaths == 1 if once else process.deaths >= 3
    assert [bool(error) for error in found.errors] == [number == 6 and not once for number in range(COUNT)]
    others = [number for number in range(COUNT) if number != 6]
    for ours, theirs in zip(found.gates, clean.gates, strict=True):
        assert (ours.finite[others] == theirs.finite[others]).all()
        assert np.array_equal(ours.figures[others], theirs.figures[others], equal_nan=True)
        assert np.array_equal(ours.sums[others], theirs.sums[others], equal_nan=True)
    assert found.errors[6] == ("" if once else "The process of the model ended on this image.")


def test_files_that_cannot_be_used_are_rows(tmp_path, model_file, begun):
    """A cut picture, an array of another size and a mask of another size; the rest of the folder is measured."""
    (tmp_path / "data").mkdir()
    (tmp_path / "masks").mkdir()
    for name in "abc":
        Image.fromarray(np.random.default_rng(ord(name)).integers(0, 255, (11, 13), np.uint8)).save(
            tmp_path / "data" / f"{name}.png"
        )
    content = (tmp_path / "data" / "a.png").read_bytes()
    (tmp_path / "data" / "b.png").write_bytes(content[: len(content) // 2])
    np.save(tmp_path / "data" / "d.npy", np.zeros((5, 7)))
    np.save(tmp_path / "masks" / "a.npy", np.arange(143).reshape(11, 13) < 50)
    np.save(tmp_path / "masks" / "c.npy", np.ones((3, 3)))
    content, model = prepare.read_survey_model(model_file)
    options = Options((str(tmp_path / "data"),), str(tmp_path / "masks"), batch=BATCH)
    source = open_source(options.data, options.masks)
    process = begun[2]
    outline = prepare.outline(model_file, content, model, source, options)
    plan = prepare.complete(outline, process, source, prepare.first_images(outline, model, source))
    found = measure_shard(plan, process, source, 0)
    assert plan.count < SHARD
    assert [bool(error) for error in found.errors] == [False, True, True, True]
    assert "damaged" in found.errors[1]
    assert "mask has the size (3, 3)" in found.errors[2]
    assert "(5, 7)" in found.errors[3]
    assert list(found.masked) == [True, False, False, False]
    iou = found.gates[0].figures[:, FIGURES_OF_IMAGE.index("iou")]
    assert 0 <= iou[0] <= 1
    assert np.isnan(iou[1:]).all()


@pytest.fixture(scope="module")
def in_steps(tmp_path_factory):
    """Gates inside TimeDistributed: the plan, the images, what was measured."""
    folder = tmp_path_factory.mktemp("steps")
    (folder / "steps.keras").write_bytes(models.in_steps())
    images = np.random.default_rng(8).normal(size=(5, 3, 7, 5, 2)).astype(np.float32)
    plan, source, process = planned(folder, folder / "steps.keras", images)
    try:
        yield plan, images, measure_shard(plan, process, source, 0), folder / "steps.keras"
    finally:
        process.close()


def test_gates_inside_time_distributed(in_steps):
    """All steps count: the figures are those of the tensors of every step, computed by Keras."""
    plan, images, found, path = in_steps
    inside = [f"every/outer/inner/{name}" for name in ("map", "vector", "lower")]
    assert [gate.id for gate in plan.gates] == [*inside, "after"]
    assert [gate.shape for gate in plan.gates] == [(3, 7, 5, 1), (3, 1, 1, 3), (3, 3), (3, 7, 5, 1)]
    assert [gate.repeated for gate in plan.gates] == [True, True, True, False]
    assert [one.shape for one in found.maps] == [(5, 7, 5), (5, 3, 3), (5, 3, 3), (5, 7, 5)]
    assert plan.left_out == (("both", "inside"),)
    keras = models.keras
    inner = keras.saving.load_model(path).get_layer("every").layer.get_layer("inner")
    for number, (gate, ours) in enumerate(zip(plan.gates[:3], found.gates, strict=False)):
        call = inner.get_layer(gate.id.rpartition("/")[2])
        probe = keras.Model(inner.input, [*call.input, call.output])
        flat = 2 * images.reshape(15, 7, 5, 2)
        x, alpha, y = (np.asarray(one).reshape(5, 3, *one.shape[1:]) for one in probe(flat))
        for at in range(5):
            compare(ours, at, gate_health(alpha[at : at + 1]), alpha[at])
            assert ours.sums[at, SUMS.index("square")] == pytest.approx(energy(x[at]), rel=1e-4)
            assert ours.sums[at, SUMS.index("after")] == pytest.approx(energy(y[at]), rel=1e-4)
        assert ours.feature_bins.sum() == x.size
        if number == 1:
            shown = np.round(np.clip(alpha.reshape(5, 3, 3), 0, 1) * 255).astype(int)
            assert abs(found.maps[number].astype(int) - shown).max() <= 1


def test_a_merge_named_by_hand_that_is_no_gate_is_named(in_steps, tmp_path):
    plan, images, _, path = in_steps
    named = ("every/outer/inner/map", "after:7")
    plan, _, process = planned(tmp_path, path, images, gates=named)
    process.close()
    assert [gate.id for gate in plan.gates] == ["every/outer/inner/map"]
    assert plan.left_out == (("after", "no gate"),)


@pytest.mark.slow
def test_a_model_without_gates_is_rejected(tmp_path):
    keras = models.keras
    image = keras.Input(models.SIZE)
    (tmp_path / "plain.keras").write_bytes(models.saved(keras.Model(image, keras.layers.Add()([image, 2 * image]))))
    with pytest.raises(MergeError, match="No merge of this model has a gate"):
        planned(tmp_path, tmp_path / "plain.keras", models.images(3))


def test_a_model_without_merges_is_rejected():
    """Before anything runs."""
    plan = SimpleNamespace(options=SimpleNamespace(named_gates=dict), batch=1)
    process = SimpleNamespace(model=SimpleNamespace(merges=()))
    with pytest.raises(MergeError, match="This model has no merge"):
        prepare.complete(plan, process, None, [])
