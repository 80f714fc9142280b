"""The menu of examples, which sets all other controls of the Merge lab; and the defaults of these controls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core import MERGES
from core.errors import Shape
from core.limits import MAX_INPUTS
from core.merges.presets import PRESETS, Preset
from core.merges.samples import DTYPES, SAMPLES
from core.merges.shape_text import format_shape
from ui import session
from ui.text import t

FIRST = PRESETS["note-multiply"]
_STEP = 50  # between the first values of two inputs that count: 0, 50, 100


def pick_preset() -> None:
    """Draw the menu. Choosing an example sets everything else; an example on screen is recognized."""
    current = current_preset()
    session.put({"preset": current})
    st.selectbox(
        t("Example"),
        list(PRESETS),
        index=None,
        key="preset",
        on_change=_apply_chosen,
        format_func=lambda name: t(PRESETS[name].title),
        placeholder=t("Examples"),
        label_visibility="collapsed",
        width=250,
    )


def current_preset() -> str | None:
    """Return the example that the controls show, if any."""
    return next((name for name, preset in PRESETS.items() if _matches(preset)), None)


def default_shape(number: int) -> Shape:
    """Return the default shape of an input."""
    return FIRST.shapes[min(number, len(FIRST.shapes) - 1)]


def default_dtype(fill: str) -> str:
    """Return the default dtype of a sample: np.arange gives int64, random values are float32."""
    return "int64" if fill == FIRST.sample else DTYPES[0]


def default_start(fill: str, number: int) -> int:
    """Return the default first value of a sample that has one: counting starts at 0, 50, 100, ..."""
    usual = SAMPLES[fill].first
    return _STEP * number if fill == FIRST.sample or usual is None else usual(number)


def settings_of(
    operation: str,
    shapes: tuple[Shape, ...],
    options: Mapping[str, Any] | None = None,
    *,
    fill: str | None = None,
) -> dict[str, object]:
    """Return the values of the controls that show a merge.

    Args:
        operation: name of a merge.
        shapes: of its inputs.
        options: axis, axes, normalize; what is missing gets its default.
        fill: sample of all inputs; None leaves samples, dtypes and first values as they are.
    """
    found = options or {}
    axes = found.get("axes", -1)
    values: dict[str, object] = {
        "op": operation,
        "n": len(shapes),
        "axis": str(found.get("axis", -1)),
        "axes": str(axes) if isinstance(axes, int) else ",".join(map(str, axes)),
        "norm": bool(found.get("normalize", False)),
    }
    for number, shape in enumerate(shapes):
        values[f"s{number}"] = format_shape(shape)
        if fill is not None:
            values |= {f"f{number}": fill, f"d{number}": default_dtype(fill)}
            values |= {f"start{number}": str(default_start(fill, number))} if SAMPLES[fill].first else {}
    return values


def _apply_chosen() -> None:
    chosen = PRESETS.get(session.get("preset"))
    if chosen and session.acted_on("preset"):
        session.put(_values_of(chosen))


def _values_of(preset: Preset) -> dict[str, object]:
    options = {"axis": preset.axis, "axes": preset.axes, "normalize": preset.normalize}
    return settings_of(preset.operation, preset.shapes, options, fill=preset.sample)


def _matches(preset: Preset) -> bool:
    defaults = _values_of(FIRST) | {f"s{n}": format_shape(default_shape(n)) for n in range(MAX_INPUTS)}
    for number in range(MAX_INPUTS):
        fill = str(session.get(f"f{number}", FIRST.sample))
        defaults[f"d{number}"] = default_dtype(fill)
        defaults[f"start{number}"] = str(default_start(fill, number)) if fill in SAMPLES else ""
    return all(
        session.get(key, defaults.get(key)) == value for key, value in _values_of(preset).items() if _shown(key, preset)
    )


def _shown(key: str, preset: Preset) -> bool:
    """Whether the widget of this key is drawn for this operation."""
    rule = MERGES[preset.operation].rule
    return {"axis": rule == "concatenate", "axes": rule == "dot", "norm": rule == "dot"}.get(key, True)
