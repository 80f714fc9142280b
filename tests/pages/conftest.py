"""Page logic is tested without the sandbox; tests/browser has it running."""

import pytest

from tests.ui.inspector import engine


@pytest.fixture(autouse=True, scope="session")
def no_installed_components():
    """Each new page looks for components in every package that is installed, which takes as long as the page itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("streamlit.components.v2.manifest_scanner.scan_component_manifests", list)
        yield


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
