"""The controls of the Merge lab: the call in one line, and a drawer of options. Each value is bound to the URL."""

from __future__ import annotations

import re
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from core import MERGES, MergeError
from core.dtypes import Array
from core.errors import Shape, invalid_request, short
from core.limits import MAX_INPUTS, too_many_inputs
from core.merges.samples import DTYPES, SAMPLES
from core.merges.shape_text import format_shape, parse_shape
from ui import session
from ui.lab.backends import DEFAULT, name_backend, pick_backend
from ui.lab.own_values import OWN, pick_own_values
from ui.lab.presets import FIRST, default_dtype, default_shape, default_start
from ui.state import asked, link, parts
from ui.state.seeds import pick_seed
from ui.text import plain, t

_MOST_START = 10**9
_OF_AN_INPUT = re.compile(r"(?:s|f|d|v|start)(\d)")  # keys of links


@dataclass(frozen=True)
class InputChoice:
    """One input as chosen.

    Attributes:
        shape: None if what was typed is not a shape.
        fill: name of a sample, "file" or "list".
        dtype: of the sample.
        array: the user's own values, else None.
        start: first value of the sample; None if it has none.
    """

    shape: Shape | None
    fill: str
    dtype: str
    array: Array | None = None
    start: int | None = None


@dataclass(frozen=True)
class Options:
    """The options of the layer; `valid` is False if one of them cannot be read."""

    axis: int = -1
    axes: int | tuple[int, ...] = -1
    normalize: bool = False
    valid: bool = True

    @property
    def keywords(self) -> dict[str, Any]:
        """As keyword arguments of the engine."""
        return {"axis": self.axis, "axes": self.axes, "normalize": self.normalize}


@dataclass(frozen=True)
class Call:
    """Everything that was chosen."""

    operation: str
    function_form: bool
    inputs: tuple[InputChoice, ...]
    options: Options
    seed: int
    backend: str = DEFAULT
    shows_distribution: bool = False

    @property
    def shapes(self) -> tuple[Shape, ...] | None:
        """The shapes, if all of them and the options are valid."""
        shapes = tuple(entry.shape for entry in self.inputs if entry.shape is not None)
        return shapes if len(shapes) == len(self.inputs) and self.options.valid else None

    @property
    def keywords(self) -> dict[str, Any]:
        """Options and backend as keyword arguments of the engine."""
        return {**self.options.keywords, "backend": self.backend}


def pick_call() -> Call:
    """Draw the call in one line, `Multiply ( [5,1,5 , 5,4,5] )`, with the drawer of options at its end."""
    with asked.box(horizontal=True, gap="xsmall", vertical_alignment="top", key="lab_call"):
        with asked.box(width=170):
            operation = str(
                link.menu(
                    t("Operation"),
                    list(MERGES),
                    "op",
                    FIRST.operation,
                    format_func=lambda name: f"{name}  {MERGES[name].symbol}",
                    label_visibility="collapsed",
                )
            )
        _read_implied_count()
        count = int(link.reading("n", 2, _read_count, why=_why_too_many))
        asked.show(st.markdown, "(\\[", width="content")
        shapes = []
        for number in range(count):
            if number:
                asked.show(st.markdown, ",", width="content")
            shapes.append(asked.box(width=130))
        asked.show(st.markdown, "\\])", width="content")
        _add_and_remove(count)
        options_slot = asked.box(width="content", horizontal=True, gap="xsmall")
        with options_slot:
            options = _pick_options(operation)
        draw = partial(_pick_more, operation, count)
        backend, function_form, fills, seed, distribution = parts.drawer(
            t("Options"), "lab_options", draw, icon=":material/tune:"
        )
        with options_slot:
            name_backend(backend)
    inputs = tuple(_pick_input(number, shapes[number], *fills[number]) for number in range(count))
    return Call(operation, function_form, inputs, options, seed, backend, distribution)


def _pick_more(operation: str, count: int) -> tuple[str, bool, list[tuple[str, str, int | None]], int, bool]:
    """What is in the drawer: backend, whether the call is written as a function, samples, seed, distribution."""
    backend, function_form = pick_backend(), _pick_form(operation)
    fills = [_pick_fill(number, drawn=link.drawn()) for number in range(count)]
    return backend, function_form, fills, pick_seed(), link.toggle(t("Show the distribution of the values"), "spread")


def _read_implied_count() -> None:
    """A link that names an input beyond the second, and no number of inputs, means as many as it names."""
    last = max((int(found[1]) for key in link.arrived() if (found := _OF_AN_INPUT.fullmatch(key))), default=0)
    if not link.brought("n") and 2 <= last < MAX_INPUTS:
        session.put({"n": last + 1})


def _read_count(text: str) -> int | None:
    count = _count_in(text)
    return count if 1 <= count <= MAX_INPUTS else None


def _why_too_many(text: str) -> str:
    """The reason why a link cannot have so many inputs; empty if there is another."""
    count = _count_in(text)
    return t(too_many_inputs(count).explanation) if count > MAX_INPUTS else ""


def _count_in(text: str) -> int:
    """The number of inputs that a link names; 0 if that is not a number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else 0


def _add_and_remove(count: int) -> None:
    """Buttons for one input more or less."""
    for label, icon, wanted in (
        (t("Add an input"), "add", count + 1),
        (t("Remove the last input"), "remove", count - 1),
    ):
        disabled = not 1 <= wanted <= MAX_INPUTS
        link.button(f":material/{icon}:", f"lab_{icon}", _set_count, wanted, help=label, disabled=disabled)


def _set_count(count: int) -> None:
    session.put({"n": count})


def _pick_form(operation: str) -> bool:
    """Whether the call is written as a function."""
    form = link.segments(
        t("Written as"),
        ["class", "function"],
        "form",
        "class",
        format_func=lambda form: f"{operation}()" if form == "class" else f"{MERGES[operation].function}()",
    )
    return str(form) == "function"


def _pick_options(operation: str) -> Options:
    """The axis of Concatenate, the axes of Dot; nothing for the others."""
    rule = MERGES[operation].rule
    if rule == "concatenate":
        found = _pick_integers("axis", (1,))
        return Options(axis=found[0]) if found else Options(valid=False)
    if rule != "dot":
        return Options()
    found = _pick_integers("axes", (1, 2))
    normalize = link.toggle(
        "normalize", "norm", help=t("Divide each input by its L2 norm along the contracted axis first.")
    )
    if not found:
        return Options(valid=False)
    return Options(axes=found[0] if len(found) == 1 else found, normalize=normalize)


def _pick_integers(key: str, lengths: tuple[int, ...]) -> tuple[int, ...]:
    with asked.box(width=110):
        text = link.text(f"{key}=", key, "-1", max_chars=20, label_visibility="collapsed", icon=None)
        asked.show(st.caption, f"{key}={plain(short(text))}")
        return _integers(text, lengths)


def _pick_fill(number: int, *, drawn: bool) -> tuple[str, str, int | None]:
    """The sample of an input, its dtype and its first value."""
    with st.container(horizontal=True, gap="xsmall") if drawn else nullcontext():
        fill = str(
            link.menu(
                t("Values of input {number}", number=number),
                [*SAMPLES, *OWN],
                f"f{number}",
                FIRST.sample,
                format_func=_fill_title,
                width=190,
            )
        )
        if fill in OWN:  # an array has its own dtype
            return fill, DTYPES[0], None
        usual = default_dtype(fill)
        link.follow(f"d{number}", usual)
        dtype = str(link.menu("dtype", DTYPES, f"d{number}", usual, width=110))
        if SAMPLES[fill].first is None:
            return fill, dtype, None
        start = default_start(fill, number)
        link.follow(f"start{number}", str(start))
        with st.container(width=110) if drawn else nullcontext():
            text = link.text(t("First value"), f"start{number}", str(start), max_chars=11)
            return fill, dtype, _read_start(text, start)


def _pick_input(number: int, slot: Any, fill: str, dtype: str, start: int | None) -> InputChoice:
    """The shape of an input in the call; the user's own values have theirs, and are entered below."""
    if fill in OWN:
        array = pick_own_values(number, fill)
        shape = None if array is None else array.shape
        with slot:
            asked.show(
                st.text_input,
                t("Shape of input {number}", number=number),
                "" if shape is None else format_shape(shape),
                disabled=True,
                label_visibility="collapsed",
                placeholder=_fill_title(fill),
            )
        return InputChoice(shape, fill, str(getattr(array, "dtype", dtype)), array)
    with slot:
        text = link.text(
            t("Shape of input {number}", number=number),
            f"s{number}",
            format_shape(default_shape(number)),
            max_chars=200,
            label_visibility="collapsed",
        )
        return InputChoice(_read_shape(text), fill, dtype, start=start)


def _read_shape(text: str) -> Shape | None:
    try:
        return parse_shape(text)
    except MergeError as error:
        link.note(plain(t(error.explanation)))
        return None


def _read_start(text: str, default: int) -> int:
    """The first value; the default, with the reason on screen, if it is not an integer."""
    bare = text.strip()
    digits = bare.removeprefix("-")
    if digits.isascii() and digits.isdigit() and int(digits[:12]) <= _MOST_START:
        return int(bare)
    limit, said = f"{_MOST_START:,}", repr(short(text))
    link.note(plain(t("The first value is an integer of at most {limit}; {text} is not.", limit=limit, text=said)))
    return default


def _integers(text: str, lengths: tuple[int, ...]) -> tuple[int, ...]:
    """The integers in a text; empty, with the reason on screen, if it cannot be read."""
    parts = [part.strip() for part in text.strip().strip("()[]").split(",")]
    try:
        if len(parts) not in lengths or any(len(part) > 4 or not part.isascii() for part in parts):
            raise ValueError
        return tuple(int(part) for part in parts)
    except ValueError:
        example = "1" if lengths == (1,) else "-1 / 2,1"
        error = invalid_request(
            "{text} cannot be read; type for example {example}.", text=repr(short(text)), example=example
        )
        link.note(plain(t(error.explanation)))
        return ()


def _fill_title(name: str) -> str:
    own = {"file": t("Upload…"), "list": t("Typed or pasted array")}
    return own.get(name) or t(SAMPLES[name].title)
