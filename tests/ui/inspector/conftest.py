"""Outside a session there is no chosen language."""

import pytest

from ui.text import speaking


@pytest.fixture(autouse=True)
def english():
    """Every text in English, unless a test speaks another language."""
    with speaking("en"):
        yield
