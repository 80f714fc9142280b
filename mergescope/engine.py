"""The engine and the files of the view: in the wheel they are part of this package, in the repository beside it.

The names that this package takes from `core` are those of `core/tensor_view/notebooks.py`.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

_HERE = Path(__file__).parent
_IN_WHEEL = find_spec(f"{__package__}.core") is not None

if TYPE_CHECKING or not _IN_WHEEL:
    from core.tensor_view.notebooks import *  # noqa: F403  # the names are listed there
else:
    from .core.tensor_view.notebooks import *  # noqa: F403  # likewise

BROWSER = _HERE / "browser" if _IN_WHEEL else _HERE.parent / "ui" / "tensor_view" / "browser"
"""Folder of the ES modules and the style sheet of the tensor view."""
LOCALES = _HERE / "locales" if _IN_WHEEL else _HERE.parent / "ui" / "locales"
"""Folder of the catalogues."""
