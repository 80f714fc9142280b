"""Page logic is tested without the sandbox; tests/browser has it running."""

import pytest

from tests.ui.inspector import engine


@pytest.fixture(autouse=True)
def no_sandbox(monkeypatch):
    """No child process for every test."""
    monkeypatch.setenv("MERGESCOPE_SANDBOX", "off")


@pytest.fixture
def played(monkeypatch):
    """The sandbox is on, and the engine plays the process."""
    monkeypatch.setenv("MERGESCOPE_SANDBOX", "on")
    monkeypatch.setattr("ui.views.keras_check.the_verifier", lambda *_: pytest.fail("no Keras here"))
    monkeypatch.setattr("ui.views.keras_check.wake", lambda: None)
    monkeypatch.setattr("ui.inspector.running.open_model", engine.Handle)
    monkeypatch.setattr("ui.inspector.running.warm", lambda: None)
    engine.ASKED.clear()
    return engine.ASKED
