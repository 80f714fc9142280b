"""The component itself: registers it, mounts it, and reads what comes back."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from core.tensor_view import (
    RECIPES,
    STREAMS,
    Array,
    Names,
    Packed,
    PackedTensors,
    Recipe,
    Selection,
    TensorView,
    frame_names,
    joined_modules,
    painted_panel,
    payload,
    read_frames,
    read_moves,
    read_selection,
)
from ui import session
from ui.streamlit_internals import served_component
from ui.tensor_view.delivery import missing, named_parts, note_sent, received, sizes_of
from ui.tensor_view.outbox import OUTBOX

_BROWSER = Path(__file__).parent / "browser"
_PACKED = PackedTensors(16_000_000)  # bytes
_LAST, _MOST_VIEWS = "views_last", 64
_NO_NUMBERS = pa.table({"v": pa.array([], pa.float32())})


def joined_script() -> str:
    """The modules in `browser/` as one text without imports, for one request or file; `index.mount` draws a view."""
    return joined_modules("index", lambda name: (_BROWSER / f"{name}.js").read_text(encoding="utf-8"))


_COMPONENT = served_component(
    "tensor_view",
    html='<div class="tensor-view">\n</div>',
    script=joined_script(),
    mount="index.mount",
    style=(_BROWSER / "style.css").read_text(encoding="utf-8"),
)


def tensor_view(
    view: TensorView,
    *,
    key: str,
    selection: Selection | None = None,
    on_change: Callable[[], None] | None = None,
    on_frames: Callable[[Mapping[str, str]], None] | None = None,
) -> Selection:
    """Draw tensors as linked heatmaps.

    Args:
        view: what is shown.
        key: tells this view from others on the page.
        selection: where to begin, say from a link. It may be passed back on every run: only one that differs from what
            the person has chosen since moves the view. Out of range means the nearest there is.
        on_change: called before the next run, when the person has let go of something.
        on_frames: called before the next run, when the person has let go of a reel, with `Selection.frames`: the page
            is then drawn with them, once.

    Returns:
        What the person is looking at. It changes on release, not on every move.

    Raises:
        ValueError: the panels do not fit the alignment, or each other.
    """
    held = _held(key)
    last = _last(key)
    asked, fresh = _next(selection, held, last.asked, received=held != last.received)
    last.asked, last.received = asked, held
    data, meta = _message(view, asked, held, key)
    call = partial(_changed, key, frame_names(view), on_change or _nothing, on_frames)
    result = _COMPONENT(key=key, data=data, on_selection_change=call, on_missing_change=_nothing)
    sent = result.get("selection")
    current = sent if isinstance(sent, dict) and sent else held  # anybody may send anything
    begun = {} if selection is None else selection.sent()
    painting = {"painted": held.get("painted")}  # stays in the browser too, as long as the tensor does
    return read_selection(current if current and not fresh else begun | painting, view, meta)


def _message(
    view: TensorView, asked: dict[str, Any] | None, held: dict[str, Any], key: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is sent to the browser, without what it has already; and the whole plan of the view."""
    known, lost = received(key), missing(key)
    sent_view = payload(
        view, asked, received=known, offer=partial(_offered, lost), packing=partial(_packed, lost),
        stream=partial(_drawn, lost), recipe=partial(_recipe, lost),
    )  # fmt: skip
    meta = sent_view["meta"]
    if meta["scene"] is not None:
        painted = painted_panel(held.get("painted"), view)
        meta["scene"]["turn"] = painted[1] if painted else 0  # the stroke that its prediction is for
    meta["moves"] = read_moves(held.get("moves")) if view.reels else 0  # those that are drawn here
    plan, parts = named_parts(meta, known)
    data = {"meta": plan, "x": _column(sent_view["numbers"])}
    if sent_view["packed"].size:
        data["packed"] = _column(sent_view["packed"])
    note_sent(sizes_of(meta) | parts)
    return data, meta


def _column(row: Array) -> pa.Table:
    """A row as an Arrow column, which crosses as bytes; where the browser has all values already it is empty."""
    return pa.table({"v": row}) if row.size else _NO_NUMBERS


def _offered(lost: Container[str], digest: str, row: Array) -> str | None:
    """An address for a large tensor; what was lost on that way goes along with the message."""
    return None if digest in lost else OUTBOX.offer(row)


def _packed(lost: Container[str], digest: str, row: Array) -> Packed | None:
    """The tensor with fewer bytes; what a browser could not unpack crosses as it is."""
    return None if digest in lost else _PACKED.get(digest, row)


def _drawn(lost: Container[str], digest: str, row: Array) -> dict[str, Any] | None:
    """How the browser draws it; what it did not draw as it is here crosses as values."""
    return None if digest in lost else STREAMS.plan(digest, row)


def _recipe(lost: Container[str], digest: str) -> Recipe | None:
    """What the browser makes it of; what it did not make crosses as values."""
    return None if digest in lost else RECIPES.find(digest)


def painting(view: TensorView, key: str) -> Array | None:
    """What has been painted so far on the first paintable panel, before the view is drawn; None for nothing.

    Args:
        view: what is going to be shown.
        key: of the view.
    """
    found = painted_panel(_held(key).get("painted"), view)
    return found[0] if found else None


@dataclass
class _Last:
    """What was asked of a view and received of it in its last run; and the moves of its reels that the page knows."""

    asked: dict[str, Any] | None = None
    received: dict[str, Any] | None = None
    moves: int | None = None


def _last(key: str) -> _Last:
    """What is known of a view; of the views that were drawn last, since a page may have hundreds one after another."""
    views: dict[str, _Last] | None = session.get(_LAST)
    if views is None:
        views = {}
        session.put({_LAST: views})
    last = views.pop(key, None) or _Last()
    views[key] = last
    while len(views) > _MOST_VIEWS:
        del views[next(iter(views))]
    return last


def _next(
    selection: Selection | None, held: dict[str, Any], last: dict[str, Any] | None, *, received: bool
) -> tuple[dict[str, Any] | None, bool]:
    """What to ask of the browser, and whether it is news to it, say after an undo.

    What the person has just done comes before what the page asks for. A number makes the same wish news again.

    Args:
        selection: what the page asks for.
        held: what the browser last sent.
        last: what it was last asked.
        received: whether it has sent that since the last run.
    """
    given = held.get("given")
    if not held or selection is None or received:
        return (given if held else _asked(selection, held)), False
    unanswered = last is not None and _list(last) != _list(given or {})
    asked = (
        last if unanswered and last and _is_echo(selection, last) else None if unanswered else _asked(selection, held)
    )
    if asked is not None and (unanswered or asked is given):
        return asked, unanswered
    turn = max(int((one or {}).get("turn", 0)) for one in (given, last))
    return {**selection.sent(), "turn": turn + 1}, True


def _list(asked: dict[str, Any]) -> dict[str, Any]:
    """As it looks after the way to the browser and back."""
    return {name: _plain(value) for name, value in asked.items()}


def _changed(
    key: str, names: Names, on_change: Callable[[], None], on_frames: Callable[[Mapping[str, str]], None] | None
) -> None:
    """Tell the page what is new; a move of a reel once, since what the browser says of it stays as it was."""
    held = _held(key)
    moves = read_moves(held.get("moves"))
    frames = read_frames(held.get("frames"), names)
    last = _last(key)
    if on_frames is not None and frames and moves != last.moves:
        last.moves = moves
        on_frames(frames)
    on_change()


def _nothing() -> None:
    """Without a callback Streamlit would not keep the state."""


def _held(key: str) -> dict[str, Any]:
    """What the browser last sent of this view, if it has."""
    received = session.get(key)
    selection = received.get("selection") if received else None
    return selection if isinstance(selection, dict) else {}


def _asked(selection: Selection | None, held: dict[str, Any]) -> dict[str, Any] | None:
    """What to ask of the browser.

    A page that hands back the person's own choice asks for nothing new: `data` then stays equal to the last one, and
    the tensors are not sent again.
    """
    if selection is None:
        return held.get("given") if held else None
    return held.get("given") if held and _is_echo(selection, held) else selection.sent()


def _is_echo(selection: Selection, known: dict[str, Any]) -> bool:
    """Whether that is known already; a place (`at`) tells the channel as well, whatever `channel` says."""
    sent = selection.sent()
    silent = {"channel"} if selection.at is not None else set()
    return all(
        _plain(known.get(name)) == _plain(value)
        for name, value in sent.items()
        if (value is not None and name not in silent) or name == "cell"
    )


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, (list, tuple)) else value
