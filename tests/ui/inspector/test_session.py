"""One process, several inputs: the right one is inside when a merge is asked about; nothing is asked twice."""

import threading

import numpy as np
import pytest

from sandbox.processes.errors import SandboxError
from tests.ui.inspector import engine
from tests.ui.inspector.models import gate_file
from ui.inspector.session import ModelSession


def feeds(seed):
    chance = np.random.default_rng(seed)
    shapes = {"features": (1, 3, 5, 7), "map": (1, 3, 5, 1)}
    return {name: chance.random(shape).astype(np.float32) for name, shape in shapes.items()}


@pytest.fixture
def session():
    engine.ASKED.clear()
    return ModelSession(engine.Handle(gate_file()))


def kinds():
    return [asked[0] for asked in engine.ASKED]


def test_an_answer_is_asked_for_once(session):
    """A page is drawn again and again; the process hears of it once."""
    for _ in range(3):
        session.run("a", feeds(0))
        session.tensors("a", "gate")
        session.gradients("a", "gate", 0, None)
    assert kinds() == ["open", "run", "tensors", "gradients"]


def test_two_inputs_are_kept_apart(session):
    """Asking about the first input after the second has run puts the first in again."""
    session.run("a", feeds(0))
    session.run("b", feeds(1))
    first, second = session.tensors("a", "gate").result(), session.tensors("b", "gate").result()
    np.testing.assert_array_equal(first.inputs[0], feeds(0)["features"])
    np.testing.assert_array_equal(second.inputs[0], feeds(1)["features"])
    assert kinds() == ["open", "run", "run", "run", "tensors", "run", "tensors"]


def test_more_inputs_than_are_remembered(session):
    """A long evening of changing the seed keeps two runs, and a forgotten one is run again."""
    for number in range(20):
        session.run(str(number), feeds(number))
    assert len(session._answers["run"]) == len(session._feeds) == 2
    session.run("0", feeds(0))
    np.testing.assert_array_equal(session.tensors("0", "gate").result().inputs[1], feeds(0)["map"])


def test_what_was_lost_by_accident_is_asked_again(session):
    """A process that was closed while idle does not close the page for good; a real failure is told once."""
    handle = session._handle
    answers = [
        engine.done(error=SandboxError("closed")),
        engine.done("fine"),
        engine.done(error=SandboxError("memory")),
    ]
    handle.run = lambda inputs: answers.pop(0)
    assert isinstance(session.run("a", feeds(0)).exception(), SandboxError)
    assert session.run("a", feeds(0)).result() == "fine"
    assert session.run("b", feeds(1)).exception().kind == "memory"
    assert session.run("b", feeds(1)).exception().kind == "memory"


def test_from_many_threads(session):
    """A download asks on another thread than the page: each gets its own numbers."""
    session.run("a", feeds(0))
    session.run("b", feeds(1))
    wrong = []

    def look(key, seed):
        for merge_id in ("gate", "sum", "joined") * 5:
            found = session.tensors(key, merge_id).result()
            if merge_id == "gate" and not np.array_equal(found.inputs[0], feeds(seed)["features"]):
                wrong.append(key)

    threads = [threading.Thread(target=look, args=pair) for pair in (("a", 0), ("b", 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
