"""One box for a Keras error or a traceback, for shapes, or for arrays. It sets the controls of the lab."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from core import MergeError, Sentence, read_error
from core.errors import invalid_request
from core.limits import MAX_INPUTS, MAX_SHAPES, too_many_inputs
from ui import counters, session, streamlit_internals
from ui.files.uploads import read_list, without_prompts
from ui.lab.own_values import OWN
from ui.lab.presets import FIRST, settings_of
from ui.state import asked
from ui.text import plain, t

_MOST = 20_000  # characters of a traceback
_NUMBER = r"\s*([+-]?\d{1,9})\s*"
_COUNTING = re.compile(
    rf"(?:\w+\.)?a?range\({_NUMBER}(?:,{_NUMBER})?\)(?:\.reshape\(\s*[(\[]?([\d,\s]+)[)\]]?\s*\))?", re.ASCII
)
_ARRAY = re.compile(r"(?:\b\w+\.)?\b(?:array|asarray|tensor|Tensor|constant|arange|range|ones|zeros|full|linspace)\(")
_NAMED = re.compile(r"(?m)^\s*[A-Za-z_]\w*\s*=(?!=)\s*")


def paste_box() -> None:
    """Draw the box in a popover; what it cannot read stays in it, with the reason below."""
    asked.ask("paste", is_known=not (session.get("paste") or streamlit_internals.is_set_by_code("paste")))
    if asked.only():
        return
    opened = st.popover(t("Paste…"), icon=":material/content_paste:", key="paste", on_change="rerun")
    if not opened.open:
        return
    with opened, st.container(width=460):
        st.text_area(
            t("Keras error, shapes or arrays"),
            key="pasted",
            max_chars=_MOST,
            height=180,
            placeholder="Inputs have incompatible shapes. Received shapes (20, 20, 256) and (20, 20)\n"
            "(2, 20, 20, 256) (2, 20, 20)\nnp.arange(25).reshape(5, 1, 5)",
        )
        st.button(t("Read"), key="paste_read", type="primary", on_click=_read_box)
        reason, code = session.get("paste_reason"), session.get("paste_code")
        if reason:
            st.error(plain(t(reason)))
        if code:
            st.code(code, language="python", wrap_lines=True)


def _read_box() -> None:
    """The callback of the button: set the controls and close the box, or keep the reason."""
    try:
        found = read_paste(str(session.get("pasted") or ""), operation=str(session.get("op", FIRST.operation)))
    except MergeError as error:
        counters.refused("paste")
        session.put({"paste_reason": error.explanation, "paste_code": ""})
        return
    closed = bool(found.values)  # of a wrong call only the right line can be said
    reason = None if closed or not found.notes else found.notes[0]
    session.put({**found.values, "paste_reason": reason, "paste_code": found.code, "paste": not closed})
    keep_notes(found if closed else Paste({}))


def keep_notes(found: Paste) -> None:
    """Let `show_notes` say what was assumed, and the correct line of a wrong call."""
    session.put({"paste_notes": (found.notes, found.code, _shown(found.values))})


def show_notes() -> None:
    """Draw what was assumed when the shapes on screen were read, such as a batch axis that Keras leaves out.

    Of a wrong call that came with shapes, this is the reason and the correct line.
    """
    notes, code, shown = session.get("paste_notes") or ((), "", None)
    if shown is not None and shown == _shown({key: session.get(key) for key, _ in shown}):
        for note in notes:
            st.caption(":material/info: " + plain(t(note)))
        if code:
            st.code(code, language="python", wrap_lines=True)


def _shown(values: Mapping[str, object]) -> tuple[tuple[str, object], ...]:
    """The shapes among the values of the controls."""
    return tuple(sorted((key, value) for key, value in values.items() if key[0] == "s" and key[1:].isdigit()))


@dataclass(frozen=True)
class Paste:
    """What a text says.

    Attributes:
        values: of the controls; empty if the text has no shapes.
        notes: what was assumed.
        code: the correct line of a wrong call, or "".
    """

    values: Mapping[str, object]
    notes: tuple[Sentence, ...] = ()
    code: str = ""


def read_paste(text: str, *, operation: str) -> Paste:
    """Read a text into the controls of the lab.

    Args:
        text: an error of Keras, a traceback, shapes, or arrays.
        operation: the merge, if the text names none.

    Raises:
        MergeError: nothing can be read in it, with the reason.
    """
    if len(text) > _MOST:
        count, limit = f"{len(text):,}", f"{_MOST:,}"
        raise invalid_request("The text has {count} characters; at most {limit} are read.", count=count, limit=limit)
    arrays = array_texts(text)
    if arrays:
        return Paste(_array_settings(arrays, operation))
    request = read_error(text)
    if not request.shapes:
        return Paste({}, request.notes, request.code)
    _check_count(len(request.shapes), MAX_SHAPES)
    values = settings_of(request.operation or operation, tuple(request.shapes), request.options)
    for number in range(len(request.shapes)):
        if session.get(f"f{number}") in OWN:
            values[f"f{number}"] = FIRST.sample
    return Paste(values, request.notes, request.code)


def _check_count(count: int, most: int | None = None) -> None:
    """Reject more inputs than a merge takes here; `most` is the number at which the reader of shapes stops."""
    if count > MAX_INPUTS:
        raise too_many_inputs(f"{count}+" if count == most else count)


def array_texts(text: str) -> list[str]:
    """Split a text into the arrays that it writes down; empty if it is an error or a list of shapes."""
    bare = _NAMED.sub("", without_prompts(text).strip())
    if _ARRAY.search(bare) is None and re.search(r"\d\.\d*|\[\s*\[", bare) is None:
        return []
    if re.search(r"(?i)error|received|\bshapes?\b(?!=)|traceback|None", bare):
        return []
    return _balanced(bare)


def _balanced(text: str) -> list[str]:
    """The parts of a text between separators outside of all brackets: line breaks, and commas or × between arrays."""
    parts, depth, start = [], 0, 0
    for at, sign in enumerate(text):
        depth = max(0, depth + (sign in "([<") - (sign in ")]>"))
        if depth == 0 and sign in "\n;,×*+":
            parts.append(text[start:at])
            start = at + 1
    return [part.strip() for part in [*parts, text[start:]] if part.strip()]


def _array_settings(arrays: list[str], operation: str) -> dict[str, object]:
    _check_count(len(arrays))
    values: dict[str, object] = {"op": operation, "n": len(arrays)}
    for number, array in enumerate(arrays):
        values |= _counting(number, array) or {f"f{number}": "list", f"v{number}": array}
        if values[f"f{number}"] == "list":
            read_list(array)  # raises what is wrong with it
    return values


def _counting(number: int, text: str) -> dict[str, object] | None:
    """np.arange(...).reshape(...) as a counting sample, which stays editable; None for anything else."""
    found = _COUNTING.fullmatch(text)
    if found is None:
        return None
    start, end = (int(found[1]), int(found[2])) if found[2] else (0, int(found[1]))
    sizes = [int(size) for size in re.findall(r"\d+", found[3] or str(end - start))]
    product = 1
    for size in sizes:
        product *= size
    if product != end - start:
        raise invalid_request(
            "{text} has {count} values, which do not fit the shape {shape}.",
            text=text,
            count=max(0, end - start),
            shape=tuple(sizes),
        )
    shape = ",".join(map(str, sizes))
    return {f"s{number}": shape, f"f{number}": "counting", f"d{number}": "int64", f"start{number}": str(start)}
