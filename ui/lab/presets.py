"""The menu of examples, which sets all other controls of the Merge lab; and the defaults of these controls."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import streamlit as st

from core import MERGES
from core.errors import Shape
from core.merges.presets import PRESETS, Preset
from core.merges.samples import DTYPES, SAMPLES
from core.merges.shape_text import format_shape
from ui import session
from ui.state import asked
from ui.text import t

FIRST = PRESETS["note-multiply"]
_STEP = 50  # between the first values of two inputs that count: 0, 50, 100


def pick_preset() -> None:
    """Draw the menu. Choosing an example sets everything else; an example on screen is recognized."""
    current = current_preset()
    if session.get("preset") != current:
        session.put({"preset": current})
    asked.show(
        st.selectbox,
        t("Example"),
        list(PRESETS),
        index=None,
        required=True,  # nothing to clear: the menu names what the controls show
        key="preset",
        on_change=_apply_chosen,
        format_func=_title,
        placeholder=t("Examples"),
        label_visibility="collapsed",
        width=250,
    )


def _title(name: str) -> str:
    return t(PRESETS[name].title)


def current_preset() -> str | None:
    """Return the example that the controls show, if any."""
    held: dict[str, object] = {}
    return next((name for name, preset in PRESETS.items() if _matches(preset, held)), None)


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


def link_to(values: Mapping[str, object]) -> dict[str, str]:
    """The parameters of a link to the lab, without defaults: the lab would drop these, which is one more Back.

    Args:
        values: of its controls, by key.
    """
    usual = {key: str(value) for key, value in _values_of(FIRST).items() if key in ("op", "n", "axis", "axes", "norm")}
    texts = {key: str(value) for key, value in values.items()}
    return {key: text for key, text in texts.items() if text != usual.get(key)} or texts


def _apply_chosen() -> None:
    chosen = PRESETS.get(session.get("preset"))
    if chosen and session.acted_on("preset"):
        session.put(_values_of(chosen))


@cache
def _values_of(preset: Preset) -> Mapping[str, object]:
    """The values of all controls that an example sets."""
    options = {"axis": preset.axis, "axes": preset.axes, "normalize": preset.normalize}
    return settings_of(preset.operation, preset.shapes, options, fill=preset.sample)


def _matches(preset: Preset, held: dict[str, object]) -> bool:
    """Whether the controls show an example; `held` collects their values, which the other examples need, too."""
    for key, value in _values_of(preset).items():
        if not _shown(key, preset):
            continue
        if key not in held:
            held[key] = session.get(key, _default_of(key))
        if held[key] != value:
            return False
    return True


def _default_of(key: str) -> object:
    """The value of a control that has not been drawn yet."""
    kind, number = key[:-1], key[-1]
    if not number.isdigit():
        return _values_of(FIRST).get(key)
    if kind == "s":
        return format_shape(default_shape(int(number)))
    fill = str(session.get(f"f{number}", FIRST.sample))
    if kind == "d":
        return default_dtype(fill)
    if kind == "start":
        return str(default_start(fill, int(number))) if fill in SAMPLES else ""
    return _values_of(FIRST).get(key)


def _shown(key: str, preset: Preset) -> bool:
    """Whether the widget of this key is drawn for this operation."""
    rule = MERGES[preset.operation].rule
    return {"axis": rule == "concatenate", "axes": rule == "dot", "norm": rule == "dot"}.get(key, True)
