"""Widgets as they come over Streamlit's protocol: which there are, what they hold, what may be chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message
from streamlit.proto.WidgetStates_pb2 import WidgetState

_FIELDS = {  # kind of widget: the field of its state
    "selectbox": "string_value",
    "text_input": "string_value",
    "text_area": "string_value",
    "radio": "string_value",
    "button_group": "string_array_value",
    "slider": "string_array_value",
    "checkbox": "bool_value",
    "button": "trigger_value",
    "download_button": "trigger_value",
    "bidi_component": "json_value",
    "file_uploader": "file_uploader_state_value",
    "popover": "bool_value",
    "expandable": "bool_value",
}
_WORDS: dict[str, Callable[[Any], str]] = {
    "markdown": lambda element: element.body,
    "heading": lambda element: element.body,
    "alert": lambda element: element.body,
    "text": lambda element: element.body,
    "code": lambda element: element.code_text,
    "exception": lambda element: f"{element.type}: {element.message}",
}


@dataclass(frozen=True)
class Widget:
    """One widget.

    Attributes:
        key: as the page names it.
        id: as the server names it.
        kind: such as "selectbox".
        options: what may be chosen; empty where anything may be typed.
        value: that the server says it has; None where it says nothing.
        fresh: whether the browser must take that value over.
        disabled: whether it cannot be used now.
        fragment: that runs alone when it is used; empty for the whole page.
        path: its position on the page.
    """

    key: str
    id: str
    kind: str
    options: tuple[str, ...]
    value: Any
    fresh: bool
    disabled: bool
    fragment: str = ""
    path: tuple[int, ...] = ()

    def empty(self) -> WidgetState:
        """The state of it before anybody has used it."""
        return WidgetState(id=self.id)


def widget_of(element: Any, fragment: str = "", path: tuple[int, ...] = ()) -> Widget | None:
    """The widget in an element; None for all else.

    Args:
        element: of a delta, as protobuf.
        fragment: that it is in.
        path: its position on the page.
    """
    kind = element.WhichOneof("type")
    if kind not in _FIELDS:
        return None
    inside = getattr(element, kind)
    options = tuple(getattr(one, "content", one) for one in getattr(inside, "options", ()))
    return Widget(
        inside.id.rpartition("-")[2],
        inside.id,
        kind,
        options,
        _value(kind, inside),
        bool(getattr(inside, "set_value", False)),
        bool(getattr(inside, "disabled", False)),
        fragment,
        path,
    )


def drawer_of(block: Any, fragment: str = "", path: tuple[int, ...] = ()) -> Widget | None:
    """The widget that a block is: a drawer or section that is drawn again when it is opened or closed; else None.

    Args:
        block: of a delta, as protobuf.
        fragment: that it is in.
        path: its position on the page.
    """
    kind = block.WhichOneof("type")
    inside = getattr(block, kind) if kind in ("popover", "expandable") else None
    if inside is None or not inside.id:
        return None
    is_open = inside.open if kind == "popover" else inside.expanded
    disabled = kind == "popover" and inside.disabled
    return Widget(inside.id.rpartition("-")[2], inside.id, kind, (), is_open, False, disabled, fragment, path)


def put(state: WidgetState, widget: Widget, value: Any) -> None:
    """Set the value of a widget.

    Args:
        state: to write into.
        widget: whose state that is.
        value: a text for menus, sliders and segments, a bool for switches and buttons, JSON for a component.
    """
    name = _FIELDS[widget.kind]
    if name == "string_array_value":
        state.string_array_value.data[:] = [value] if isinstance(value, str) else list(value)
    elif name == "file_uploader_state_value":
        del state.file_uploader_state_value.uploaded_file_info[:]
        file = state.file_uploader_state_value.uploaded_file_info.add(name=value["name"], size=value["size"])
        file.file_id = value["id"]
        file.file_urls.file_id, file.file_urls.upload_url, file.file_urls.delete_url = (
            value["id"],
            value["path"],
            value["path"],
        )
    else:
        setattr(state, name, value)


def words_of(element: Any) -> tuple[str, str]:
    """Kind and text of an element; no text for pictures and widgets."""
    kind = element.WhichOneof("type") or ""
    read = _WORDS.get(kind)
    return kind, read(getattr(element, kind)) if read else ""


def _value(kind: str, inside: Message | Any) -> Any:
    """The value that the server says the widget has."""
    if kind in ("selectbox", "radio"):
        return inside.raw_value or _default(inside)
    if kind == "button_group":
        return list(inside.raw_values) or [inside.options[at].content for at in inside.default]
    if kind == "slider":
        return list(inside.raw_value) or [inside.options[int(at)] for at in inside.default if inside.options]
    if kind in ("text_input", "text_area"):
        return inside.value if inside.set_value else inside.default
    if kind == "checkbox":
        return inside.value if inside.set_value else inside.default
    return None


def _default(inside: Any) -> str | None:
    chosen = inside.HasField("default") and inside.options
    return str(inside.options[inside.default]) if chosen else None
