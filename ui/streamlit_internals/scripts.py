"""The scripts of components: modules of their own and shared ones, in `browser/`, as one text."""

from __future__ import annotations

from pathlib import Path

from core.tensor_view import joined_modules

_SHARED = Path(__file__).parent / "browser"


def component_script(folder: Path, entry: str) -> str:
    """The modules of a component as one text without imports; a constant of the name of `entry` holds its functions.

    Args:
        folder: with its modules; those that components share are in `browser/`.
        entry: name of the module to start at.
    """

    def read(name: str) -> str:
        own = folder / f"{name}.js"
        return (own if own.exists() else _SHARED / f"{name}.js").read_text(encoding="utf-8")

    return joined_modules(entry, read)
