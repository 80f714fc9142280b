"""Page logic is tested without the sandbox; tests/browser has it running."""

import pytest


@pytest.fixture(autouse=True)
def no_sandbox(monkeypatch):
    """No child process for every test."""
    monkeypatch.setenv("MERGESCOPE_SANDBOX", "off")
