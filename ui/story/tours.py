"""The tour, one file per language; `docs/write-a-story.md` describes the format."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from core.story.model import Network
from core.story.reading import Story, read_story
from ui.views.assets import GRIDS, SAMPLES

_FOLDER = Path(__file__).parent
NETWORK = Network(GRIDS, SAMPLES)
"""What the scenes of a story can show."""


@lru_cache
def tour_text(language: str) -> str:
    """Return the file of the tour, also a template for other stories."""
    return (_FOLDER / f"tour.{language}.toml").read_text(encoding="utf-8")


@lru_cache
def tour(language: str) -> Story:
    """Return the built-in tour."""
    return read_story(tour_text(language), NETWORK)
