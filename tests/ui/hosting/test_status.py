"""The state of the server and the position in the queue, as words on the page."""

from concurrent.futures import Future
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from sandbox.processes.statistics import Statistics
from sandbox.verification.verdict import Verdict
from tests.conftest import ROOT
from tests.patience import PATIENCE
from ui import counters
from ui.hosting import status
from ui.views import keras_check


def figures(**changes):
    usual = {"ready": True, "waiting": 0, "working": 0, "starts": 1, "answered": 0, "seconds": 0.0, "failures": {}}
    return Statistics("sandbox.verification.worker", **{**usual, **changes})


def open_lab(monkeypatch, *, answer=None, position=0, state=None, sessions=1, **parameters):
    """The Merge lab with a sandbox whose state is given."""
    process = SimpleNamespace(start=lambda: None, statistics=lambda: state or figures(), is_ready=True)
    verifier = SimpleNamespace(process=process, queue_position=lambda future: position)
    for module in (status, keras_check):
        monkeypatch.setattr(module, "the_verifier", lambda *_: verifier)
    future = Future()
    if answer:
        future.set_result(answer)
    monkeypatch.setattr(keras_check, "verify", lambda *_, **__: future)
    monkeypatch.setattr(counters, "sessions", lambda: sessions)
    monkeypatch.setenv("MERGESCOPE_SANDBOX", "on")
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE)
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    app.switch_page("pages/1_Merge_lab.py").run()
    assert not app.exception
    return [caption.value for caption in [*app.main.caption, *app.sidebar.caption]]


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Asking Keras… (position 3 in the queue)"), ("zh", "正在询问 Keras…（排队位置：3）")]
)
def test_the_position_in_the_queue_is_shown(monkeypatch, language, words):
    assert any(words in caption for caption in open_lab(monkeypatch, position=3, lang=language))


def test_without_a_position_the_call_is_being_answered(monkeypatch):
    captions = open_lab(monkeypatch)
    assert any(caption.endswith("Asking Keras…") for caption in captions)


@pytest.mark.parametrize(
    ("state", "sessions", "words"),
    [
        (figures(), 1, "Keras is ready"),
        (figures(), 17, "Keras is ready · 17 visitors"),
        (figures(waiting=5), 1, "Keras: 5 queued"),
        (figures(ready=False), 1, "Keras is starting"),
        (figures(ready=False, failures={"start": 2}), 1, "Keras is unavailable"),
    ],
)
def test_the_state_in_one_line(monkeypatch, state, sessions, words):
    assert words in open_lab(monkeypatch, state=state, sessions=sessions)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("memory", "it ran out of memory"),
        ("timeout", "it took too long"),
        ("start", "its process did not start"),
        ("died", "its process ended unexpectedly"),
        ("resting", "the Keras process is not available"),
        ("busy", "too many requests"),
    ],
)
def test_a_sandbox_without_reply_leaves_the_values(monkeypatch, reason, words):
    """The page says why in one line, and that the values have not been compared."""
    captions = open_lab(monkeypatch, answer=Verdict("unavailable", reason))
    assert any(
        f"({words}); these values have not been compared with it." in caption.replace("\\", "") for caption in captions
    )
