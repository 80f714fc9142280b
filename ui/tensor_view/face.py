"""The component itself: registers it, mounts it, and reads what comes back."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from ui.controls import state
from ui.tensor_view.model import Selection, TensorView
from ui.tensor_view.payload import payload
from ui.tensor_view.selection import read_selection

_BROWSER = Path(__file__).parent / "browser"
_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?:default )?(function|const) (\w+)", re.MULTILINE)


def joined_script() -> str:
    """The modules in `browser/` as one, which Streamlit wants; each in a function of its own, as names may repeat."""
    done: dict[str, str] = {}
    _collect("index", done)
    return "\n".join(done.values()) + "\nexport default index.mount;\n"


def _collect(name: str, done: dict[str, str]) -> None:
    source = (_BROWSER / f"{name}.js").read_text(encoding="utf-8")
    for _, needed in _IMPORT.findall(source):
        if needed not in done:
            _collect(needed, done)
    names = [found for _, found in _EXPORT.findall(source)]
    body = _EXPORT.sub(r"\1 \2", _IMPORT.sub(r"const {\1} = \2;", source))
    done[name] = f"const {name} = (() => {{\n{body}\nreturn {{ {', '.join(names)} }};\n}})();"


_COMPONENT = st.components.v2.component(
    "mergescope_tensor_view",
    html='<div class="tensor-view">\n</div>',
    css=(_BROWSER / "style.css").read_text(encoding="utf-8"),
    js=joined_script(),
)


def tensor_view(
    view: TensorView, *, key: str, selection: Selection | None = None, on_change: Callable[[], None] | None = None
) -> Selection:
    """Draw tensors as linked heatmaps.

    Args:
        view: what is shown.
        key: tells this view from others on the page.
        selection: where to begin, say from a link. It may be passed back on every run: only one that differs from what
            the person has chosen since moves the view. Out of range means the nearest there is.
        on_change: called before the next run, when the person has let go of something.

    Returns:
        What the person is looking at. It changes on release, not on every move.

    Raises:
        ValueError: the panels do not fit the alignment, or each other.
    """
    held = _held(key)
    data = payload(view, _asked(selection, held))
    result = _COMPONENT(key=key, data=data, on_selection_change=on_change or _nothing)
    current = result.get("selection") or held
    begun = {} if selection is None else selection.sent()
    return read_selection(current if current else begun, view, data["meta"])


def _nothing() -> None:
    """Without a callback Streamlit would not keep the state."""


def _held(key: str) -> dict[str, Any]:
    """What the browser last told of this view, if it has."""
    told = state.get(key)
    selection = told.get("selection") if told else None
    return selection if isinstance(selection, dict) else {}


def _asked(selection: Selection | None, held: dict[str, Any]) -> dict[str, Any] | None:
    """What to ask of the browser.

    A page that hands back the person's own choice asks for nothing new: `data` then stays equal to the last one, and
    the tensors are not sent again.
    """
    if selection is None:
        return held.get("given") if held else None
    wanted = selection.sent()
    echo = bool(held) and all(
        _plain(held.get(name)) == _plain(value) for name, value in wanted.items() if value is not None or name == "cell"
    )
    return held.get("given") if echo else wanted


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, (list, tuple)) else value
