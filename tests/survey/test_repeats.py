"""What a shard does when its child ends, with a child that is played: once more, then image by image."""

from concurrent.futures import Future
from types import SimpleNamespace

import numpy as np
import pytest

from sandbox.model_run.gate_figures import FEATURE_BINS, FIGURES, SUMS, WEIGHT_BINS
from sandbox.processes.errors import SandboxError
from sandbox.processes.process import Reply
from survey import measure
from survey.plan import Options, Plan
from tests.survey.made import GATE

COUNT, BATCH = 11, 4
PLAN = Plan("m", "a", "b", COUNT, Options(("played",)), ((3, 5, 1),), (GATE,), BATCH)


class Played(measure.ModelProcess):
    """The mean of an image is its first value; the child ends on some values, for a kind of reason, so many times."""

    def __init__(self, kinds):
        self.model, self.kinds, self.asked, self.renewed = None, dict(kinds), [], 0

    def measure(self, plan, arrays):
        images, valid, _ = arrays
        values = images[:, 0, 0, 0]
        self.asked.append([int(value) for value, counts in zip(values, valid, strict=True) if counts])
        future = Future()
        for value in self.asked[-1]:
            kind, times = self.kinds.get(value, ("", 0))
            if times:
                self.kinds[value] = kind, times - 1
                future.set_exception(SandboxError(kind))
                return future
        future.set_result(reply(values, valid))
        return future

    def renew(self):
        self.renewed += 1


def reply(values, valid):
    figures = np.zeros((BATCH, len(FIGURES)), np.float32)
    figures[:, 0] = values
    found = {
        "lost": np.zeros(BATCH, np.int32),
        "0/figures": figures,
        "0/sums": np.ones((BATCH, len(SUMS), 7), np.float32),
        "0/weight_bins": np.ones((BATCH, WEIGHT_BINS), np.int32),
        "0/feature_bins": np.full((7, FEATURE_BINS), int(valid.sum()), np.int32),
        "0/zeros": np.zeros(7, np.int32),
        "0/finite": valid,
        "0/map": np.zeros((BATCH, 3, 5), np.uint8),
    }
    return Reply({"names": list(found), "seconds": 1.0}, list(found.values()))


@pytest.fixture
def images(monkeypatch):
    """Image K has the value K; image 7 cannot be read."""

    def load(_plan, _model, _source, number):
        if number == 7:
            return measure.Loaded(error="broken")
        return measure.Loaded((np.full((1, 3, 5, 1), number, np.float32),))

    monkeypatch.setattr(measure, "load_image", load)
    return SimpleNamespace(ids=[str(number) for number in range(COUNT)])


def means(found):
    return [int(value) if known else None for value, known in zip(*columns(found), strict=True)]


def columns(found):
    return found.gates[0].figures[:, 0], found.gates[0].finite


def test_each_image_is_at_its_position(images):
    process = Played({})
    found = measure.measure_shard(PLAN, process, images, 0)
    assert process.asked == [[0, 1, 2, 3], [4, 5, 6], [8, 9, 10]]
    assert means(found) == [0, 1, 2, 3, 4, 5, 6, None, 8, 9, 10]
    assert found.errors[7] == "broken"
    assert found.gates[0].feature_bins[0, 0] == 10


def test_a_child_that_ends_once_costs_nothing(images):
    process = Played({5: ("died", 1)})
    found = measure.measure_shard(PLAN, process, images, 0)
    assert means(found) == means(measure.measure_shard(PLAN, Played({}), images, 0))
    assert process.renewed == 1
    assert found.gates[0].feature_bins[0, 0] == 10  # the batches before it are not counted twice


@pytest.mark.parametrize(
    ("kind", "text"),
    [("died", "ended on this image"), ("timeout", "too long"), ("memory", "memory"), ("gone", "ended")],
)
def test_the_image_that_ends_the_child_is_named(images, kind, text):
    process = Played({5: (kind, 99), 10: (kind, 99)})
    found = measure.measure_shard(PLAN, process, images, 0)
    assert means(found) == [0, 1, 2, 3, 4, None, 6, None, 8, 9, None]
    assert [number for number, error in enumerate(found.errors) if text in error] == [5, 10]
    assert found.gates[0].feature_bins[0, 0] == 8
    assert [6] in process.asked


def test_without_a_child_the_survey_stops(images):
    """It is no fault of an image that none can be started."""
    with pytest.raises(SandboxError, match="start"):
        measure.measure_shard(PLAN, Played({0: ("start", 9)}), images, 0)
