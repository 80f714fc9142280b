"""The controls of the Merge lab: example, operation, inputs, options. Each value is bound to the URL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from core import MERGES, Fix, MergeError
from core.dtypes import Array
from core.errors import Shape, invalid_request
from core.limits import MAX_INPUTS
from core.merges.samples import DTYPES, SAMPLES
from core.merges.shape_text import format_shape, parse_shape
from ui import session
from ui.lab.own_values import pick_own_values
from ui.lab.presets import FIRST, default_shape
from ui.state import link
from ui.state.seeds import MOST_SIGNS, read_seed
from ui.text import plain, short, t

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

    @property
    def keywords(self) -> dict[str, Any]:
        """As the engine takes them."""
        return {"axis": self.axis, "axes": self.axes, "normalize": self.normalize}


def pick_operation() -> tuple[str, bool]:
    """The operation, and whether it is written as a function."""
    name = link.menu(
        t("Operation"),
        list(MERGES),
        "op",
        FIRST.operation,
        format_func=lambda name: f"{name}  {MERGES[name].symbol}",
    )
    st.caption(t(MERGES[name].summary))
    form = link.segments(
        t("Written as"),
        ["class", "function"],
        "form",
        "class",
        format_func=lambda form: f"{name}()" if form == "class" else f"{MERGES[name].function}()",
    )
    return name, form == "function"


def pick_options(operation: str) -> Options:
    """The axis of Concatenate, the axes of Dot; nothing for the others."""
    rule = MERGES[operation].rule
    if rule == "concatenate":
        text = link.text(t("axis: joined"), "axis", "-1", max_chars=10)
        found = _whole_numbers(text, (1,))
        return Options(axis=found[0]) if found else Options(valid=False)
    if rule == "dot":
        text = link.text(t("axes: contracted, one number or two"), "axes", "-1", max_chars=20)
        normalize = link.toggle(
            t("normalize"), "norm", help=t("Divide each input by its L2 norm along the contracted axis first.")
        )
        found = _whole_numbers(text, (1, 2))
        return (
            Options(axes=found[0] if len(found) == 1 else found, normalize=normalize) if found else Options(valid=False)
        )
    return Options()


def pick_inputs() -> tuple[InputChoice, ...]:
    """One to six inputs, each with its shape, what fills it and its dtype."""
    count = link.segments(t("Number of inputs"), list(range(1, MAX_INPUTS + 1)), "n", 2)
    return tuple(_pick_input(number) for number in range(count))


def pick_seed() -> int:
    """The seed of the random samples."""
    return read_seed(link.text(t("Seed of random values"), "seed", "0", max_chars=MOST_SIGNS)) or 0


def pick_distribution() -> bool:
    """Whether the spread of the values is drawn too."""
    return link.toggle(t("Show the distribution of the values"), "spread")


def apply_fix(fix: Fix) -> None:
    """Set the shapes of a fix; the callback of its button."""
    values: dict[str, object] = {"n": len(fix.shapes)}
    for number, shape in enumerate(fix.shapes):
        values[f"s{number}"] = format_shape(shape)
        if session.get(f"f{number}") in _OWN:
            values[f"f{number}"] = "counting"
    session.put(values)


def _pick_input(number: int) -> InputChoice:
    with st.container(border=True):
        (left, right), below = st.columns([3, 2]), st.container()
        with below:
            fill = link.menu(t("Filled with"), [*SAMPLES, *_OWN], f"f{number}", FIRST.sample, format_func=_fill_title)
        own, shape = fill in _OWN, format_shape(default_shape(number))
        with left:
            label = t("Shape of input {number}", number=number)
            text = link.text(label, f"s{number}", shape, max_chars=200, disabled=own)
        with right:
            dtype = link.menu("dtype", DTYPES, f"d{number}", DTYPES[0], disabled=own)
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
        example = "1" if lengths == (1,) else "-1 / 2,1"
        said = invalid_request(
            "{text} cannot be read; type for instance {example}.", text=repr(short(text)), example=example
        )
        st.error(plain(t(said.explanation)))
        return ()


def _fill_title(name: str) -> str:
    own = {"file": t("a file of yours"), "list": t("a pasted list")}
    return own.get(name) or t(SAMPLES[name].title)
