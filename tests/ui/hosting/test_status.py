"""The line of state and the place in the line, as words on the page."""

from concurrent.futures import Future
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from sandbox.processes.statistics import Figures
from sandbox.verification.verdict import Verdict
from ui import counters
from ui.hosting import status
from ui.views import keras_check


def figures(**changes):
    usual = {"ready": True, "waiting": 0, "working": 0, "starts": 1, "answered": 0, "seconds": 0.0, "failures": {}}
    return Figures("sandbox.verification.worker", **{**usual, **changes})


def open_lab(monkeypatch, *, answer=None, place=0, state=None, sessions=1, **parameters):
    """The Merge lab with a sandbox that is only told."""
    process = SimpleNamespace(start=lambda: None, figures=lambda: state or figures(), is_ready=True)
    verifier = SimpleNamespace(process=process, place=lambda future: place)
    for module in (status, keras_check):
        monkeypatch.setattr(module, "the_verifier", lambda: verifier)
    future = Future()
    if answer:
        future.set_result(answer)
    monkeypatch.setattr(keras_check, "verify", lambda *_, **__: future)
    monkeypatch.setattr(counters, "sessions", lambda: sessions)
    monkeypatch.setenv("MERGESCOPE_SANDBOX", "on")
    app = AppTest.from_file("../../app.py", default_timeout=90)
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    app.switch_page("pages/1_Merge_lab.py").run()
    assert not app.exception
    return [caption.value for caption in [*app.main.caption, *app.sidebar.caption]]


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Asking Keras… place 3 in line"), ("zh", "正在询问 Keras… 排在第 3 位")]
)
def test_the_place_in_the_line_is_shown(monkeypatch, language, words):
    assert any(words in caption for caption in open_lab(monkeypatch, place=3, lang=language))


def test_without_a_place_the_answer_is_on_its_way(monkeypatch):
    captions = open_lab(monkeypatch)
    assert any(caption.endswith("Asking Keras…") for caption in captions)


@pytest.mark.parametrize(
    ("state", "sessions", "words"),
    [
        (figures(), 1, "Keras is ready"),
        (figures(), 17, "Keras is ready · 17 visitors"),
        (figures(waiting=5), 1, "Keras: 5 in line"),
        (figures(ready=False), 1, "Keras is starting"),
        (figures(ready=False, failures={"start": 2}), 1, "Keras is away"),
    ],
)
def test_the_line_of_state(monkeypatch, state, sessions, words):
    assert words in open_lab(monkeypatch, state=state, sessions=sessions)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("memory", "it ran out of memory"),
        ("timeout", "it took too long"),
        ("died", "the process beside us is not there"),
        ("busy", "too many are asking"),
    ],
)
def test_a_sandbox_without_answer_leaves_the_numbers(monkeypatch, reason, words):
    """The page says why, in a line, and that the numbers are not checked."""
    captions = open_lab(monkeypatch, answer=Verdict("unavailable", reason))
    assert any(f"({words}); these numbers are not checked." in caption.replace("\\", "") for caption in captions)
