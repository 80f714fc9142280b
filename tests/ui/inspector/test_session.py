"""One process, several inputs: it holds the right one when a merge is asked about; nothing is asked twice."""

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
    """However often a page is drawn, the process is asked once."""
    for _ in range(3):
        session.run("a", feeds(0))
        session.tensors("a", "gate")
        session.gradients("a", "gate", 0, None)
    assert kinds() == ["open", "run", "tensors", "gradients"]


def test_two_inputs_are_kept_apart(session):
    """Asking about the first input after the second has run runs the first again."""
    session.run("a", feeds(0))
    session.run("b", feeds(1))
    first, second = session.tensors("a", "gate").result(), session.tensors("b", "gate").result()
    np.testing.assert_array_equal(first.inputs[0], feeds(0)["features"])
    np.testing.assert_array_equal(second.inputs[0], feeds(1)["features"])
    assert kinds() == ["open", "run", "run", "run", "tensors", "run", "tensors"]


def test_more_inputs_than_are_remembered(session):
    """The two latest inputs are answered from memory; one before them is run again, with the right values."""
    for number in range(20):
        session.run(str(number), feeds(number))
    engine.ASKED.clear()
    for number in (19, 18):
        session.run(str(number), feeds(number))
    assert kinds() == []
    session.run("0", feeds(0))
    np.testing.assert_array_equal(session.tensors("0", "gate").result().inputs[1], feeds(0)["map"])
    assert kinds() == ["run", "tensors"]


def test_an_input_that_is_not_remembered_cannot_be_asked_about(session):
    """Another visitor's runs may have pushed it out of a shared session."""
    for number in range(3):
        session.run(str(number), feeds(number))
    with pytest.raises(SandboxError) as caught:
        session.tensors("0", "sum")
    assert caught.value.kind == "closed"


def test_run_again_asks_again(session):
    """What was remembered of an input is forgotten, of this one alone."""
    for key in ("a", "b"):
        session.run(key, feeds(0))
        session.tensors(key, "gate")
    session.forget("a")
    engine.ASKED.clear()
    session.run("b", feeds(0))
    session.tensors("b", "gate")
    assert kinds() == []
    session.run("a", feeds(0))
    assert kinds() == ["run"]


@pytest.mark.parametrize("shared", [False, True])
def test_a_shared_model_gives_its_slot_away(shared):
    """The built-in model, which visitors share, loses its slot to an uploaded one; an uploaded one does not."""
    handle = engine.Handle(gate_file())
    session = ModelSession(handle, shared=shared)
    session.run("a", feeds(0))
    session.tensors("a", "gate")
    assert handle.preemptible == shared


class Failing(engine.Handle):
    """Answers runs with what it is given, in order."""

    def __init__(self, answers):
        super().__init__(gate_file())
        self.answers = answers

    def run(self, inputs):
        return self.answers.pop(0)


def test_what_was_lost_by_accident_is_asked_again():
    """A process that was closed while idle is asked again; a real failure is reported once."""
    errors = [engine.done(error=SandboxError("closed")), engine.done("fine"), engine.done(error=SandboxError("memory"))]
    session = ModelSession(Failing(errors))
    assert isinstance(session.run("a", feeds(0)).exception(), SandboxError)
    assert session.run("a", feeds(0)).result() == "fine"
    assert session.run("b", feeds(1)).exception().kind == "memory"
    assert session.run("b", feeds(1)).exception().kind == "memory"


def test_a_process_that_was_replaced_runs_the_input_again(session):
    """Its successor holds no input; what is asked next about the same one is answered."""
    handle, right = session.handle, session.handle.tensors
    session.run("a", feeds(0))
    handle.tensors = lambda _: engine.done(error=SandboxError("gone"))
    assert session.tensors("a", "gate").exception().kind == "gone"
    handle.tensors = right
    engine.ASKED.clear()
    assert session.tensors("a", "gate").result() is not None
    assert kinds() == ["run", "tensors"]


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
