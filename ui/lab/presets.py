"""The menu of examples: choosing one sets every other control of the Merge lab."""

from __future__ import annotations

import streamlit as st

from core import MERGES
from core.errors import Shape
from core.limits import MAX_INPUTS
from core.merges.presets import PRESETS, Preset
from core.merges.samples import DTYPES
from core.merges.shape_text import format_shape
from ui import session
from ui.text import t

FIRST = PRESETS["note-multiply"]


def pick_preset() -> None:
    """A menu of examples. Choosing one sets everything else; what is on screen is recognised again."""
    current = next((name for name, preset in PRESETS.items() if _matches(preset)), None)
    session.put({"preset": current})
    st.selectbox(
        t("Example"),
        list(PRESETS),
        index=None,
        key="preset",
        on_change=_apply_chosen,
        format_func=lambda name: t(PRESETS[name].title),
        placeholder=t("Your own"),
    )
    if current:
        st.caption(t(PRESETS[current].why))


def default_shape(number: int) -> Shape:
    """The shape of an input before anybody typed one."""
    return FIRST.shapes[min(number, len(FIRST.shapes) - 1)]


def _apply_chosen() -> None:
    chosen = PRESETS.get(session.get("preset"))
    if chosen:
        session.put(_values_of(chosen))


def _values_of(preset: Preset) -> dict[str, object]:
    axes = preset.axes if isinstance(preset.axes, int) else ",".join(map(str, preset.axes))
    values: dict[str, object] = {
        "op": preset.operation,
        "n": len(preset.shapes),
        "axis": str(preset.axis),
        "axes": str(axes),
        "norm": preset.normalize,
    }
    for number, shape in enumerate(preset.shapes):
        values |= {f"s{number}": format_shape(shape), f"f{number}": preset.sample, f"d{number}": DTYPES[0]}
    return values


def _matches(preset: Preset) -> bool:
    defaults = _values_of(FIRST) | {f"s{n}": format_shape(default_shape(n)) for n in range(MAX_INPUTS)}
    return all(
        session.get(key, defaults.get(key)) == value for key, value in _values_of(preset).items() if _shown(key, preset)
    )


def _shown(key: str, preset: Preset) -> bool:
    """Whether the widget of this key is drawn at all for this operation."""
    rule = MERGES[preset.operation].rule
    return {"axis": rule == "concatenate", "axes": rule == "dot", "norm": rule == "dot"}.get(key, True)
