"""The controls of the Merge lab: example, operation, inputs, options. Each value is bound to the URL."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core import MERGES, Fix, MergeError
from core.dtypes import Array
from core.errors import Shape, unclear
from core.limits import MAX_INPUTS
from core.presets import PRESETS, Preset
from core.samples import DTYPES, SAMPLES
from core.shapes import format_shape, parse_shape
from ui.controls import state
from ui.controls.values import pick_own_values
from ui.text import plain, t

_FIRST = PRESETS["note-multiply"]
_OWN = ("file", "list")


@dataclass(frozen=True)
class InputChoice:
    """One input as chosen.

    Attributes:
        shape: None where what was typed cannot be read.
        fill: a sample, "file" or "list".
        dtype: of the sample.
        array: the user's own values, else None.
    """

    shape: Shape | None
    fill: str
    dtype: str
    array: Array | None = None


@dataclass(frozen=True)
class Options:
    """What else the layer takes; axes is None where it cannot be read."""

    axis: int = -1
    axes: int | tuple[int, ...] = -1
    normalize: bool = False
    valid: bool = True


def pick_preset() -> None:
    """A menu of examples. Choosing one sets everything else; what is on screen is recognised again."""
    current = next((name for name, preset in PRESETS.items() if _matches(preset)), None)
    state.put({"preset": current})
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


def pick_operation() -> tuple[str, bool]:
    """The operation, and whether it is written as a function."""
    name = st.selectbox(
        t("Operation"),
        list(MERGES),
        index=list(MERGES).index(_FIRST.operation),
        key="op",
        bind="query-params",
        format_func=lambda name: f"{name}  {MERGES[name].symbol}",
    )
    st.caption(t(MERGES[name].summary))
    form = st.segmented_control(
        t("Form"),
        ["class", "function"],
        default="class",
        required=True,
        key="form",
        bind="query-params",
        format_func=lambda form: f"{name}()" if form == "class" else f"{MERGES[name].function}()",
    )
    return name, form == "function"


def pick_options(operation: str) -> Options:
    """The axis of Concatenate, the axes of Dot; nothing for the others."""
    rule = MERGES[operation].rule
    if rule == "concatenate":
        text = st.text_input(t("axis: joined"), value="-1", max_chars=10, key="axis", bind="query-params")
        found = _whole_numbers(text, (1,))
        return Options(axis=found[0]) if found else Options(valid=False)
    if rule == "dot":
        text = st.text_input(
            t("axes: contracted, one number or two"), value="-1", max_chars=20, key="axes", bind="query-params"
        )
        normalize = st.toggle(t("normalize: divide each input by its length first"), key="norm", bind="query-params")
        found = _whole_numbers(text, (1, 2))
        return (
            Options(axes=found[0] if len(found) == 1 else found, normalize=normalize) if found else Options(valid=False)
        )
    return Options()


def pick_inputs() -> tuple[InputChoice, ...]:
    """One to six inputs, each with its shape, what fills it and its dtype."""
    count = st.segmented_control(
        t("Number of inputs"), list(range(1, MAX_INPUTS + 1)), default=2, required=True, key="n", bind="query-params"
    )
    return tuple(_pick_input(number) for number in range(count or 1))


def pick_seed() -> int:
    """The seed of the random samples."""
    text = st.text_input(t("Seed of random values"), value="0", max_chars=10, key="seed", bind="query-params")
    if text.strip().isascii() and text.strip().isdigit():
        return int(text)
    st.error(t("A seed is a whole number from 0 up; {text} is not.", text=repr(text)))
    return 0


def apply_fix(fix: Fix) -> None:
    """Set the shapes of a fix; the callback of its button."""
    values: dict[str, object] = {"n": len(fix.shapes)}
    for number, shape in enumerate(fix.shapes):
        values[f"s{number}"] = format_shape(shape)
        if state.get(f"f{number}") in _OWN:
            values[f"f{number}"] = "counting"
    state.put(values)


def _pick_input(number: int) -> InputChoice:
    with st.container(border=True):
        top, (left, right) = st.container(), st.columns([3, 2])
        fill = left.selectbox(
            t("Filled with"), [*SAMPLES, *_OWN], key=f"f{number}", bind="query-params", format_func=_fill_title
        )
        own = fill in _OWN
        text = top.text_input(
            t("Shape of input {number}", number=number),
            value=format_shape(_default_shape(number)),
            max_chars=200,
            key=f"s{number}",
            bind="query-params",
            disabled=own,
        )
        dtype = right.selectbox("dtype", DTYPES, key=f"d{number}", bind="query-params", disabled=own)
        if own:
            array = pick_own_values(number, fill)
            return InputChoice(None if array is None else array.shape, fill, str(getattr(array, "dtype", dtype)), array)
        return InputChoice(_read_shape(text), fill, dtype)


def _read_shape(text: str) -> Shape | None:
    try:
        return parse_shape(text)
    except MergeError as error:
        st.error(plain(t(error.explanation)))
        return None


def _whole_numbers(text: str, lengths: tuple[int, ...]) -> tuple[int, ...]:
    """The numbers in a text; empty, with the reason on screen, where it cannot be read."""
    parts = [part.strip() for part in text.strip().strip("()[]").split(",")]
    try:
        if len(parts) not in lengths or any(len(part) > 4 or not part.isascii() for part in parts):
            raise ValueError
        return tuple(int(part) for part in parts)
    except ValueError:
        example = "1" if lengths == (1,) else "1, 2,1"
        st.error(
            t(
                unclear(
                    "{text} cannot be read; type for instance {example}.", text=repr(text), example=example
                ).explanation
            )
        )
        return ()


def _fill_title(name: str) -> str:
    own = {"file": t("a file of yours"), "list": t("a pasted list")}
    return own.get(name) or t(SAMPLES[name].title)


def _default_shape(number: int) -> Shape:
    return _FIRST.shapes[min(number, len(_FIRST.shapes) - 1)]


def _apply_chosen() -> None:
    chosen = PRESETS.get(state.get("preset"))
    if chosen:
        state.put(_values_of(chosen))


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
    defaults = _values_of(_FIRST) | {f"s{n}": format_shape(_default_shape(n)) for n in range(MAX_INPUTS)}
    return all(
        state.get(key, defaults.get(key)) == value for key, value in _values_of(preset).items() if _shown(key, preset)
    )


def _shown(key: str, preset: Preset) -> bool:
    """Whether the widget of this key is drawn at all for this operation."""
    rule = MERGES[preset.operation].rule
    return {"axis": rule == "concatenate", "axes": rule == "dot", "norm": rule == "dot"}.get(key, True)
