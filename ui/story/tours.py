"""The tour, one file for each language; `docs/write-a-story.md` tells how to write another."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from core.story.reading import Story, read_story

_FOLDER = Path(__file__).parent


def tour_text(language: str) -> str:
    """The file of the tour, also a pattern for one's own."""
    return (_FOLDER / f"tour.{language}.toml").read_text(encoding="utf-8")


@lru_cache
def tour(language: str) -> Story:
    """The tour that comes with the app."""
    return read_story(tour_text(language))
