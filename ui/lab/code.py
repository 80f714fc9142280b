"""The merge on screen as code: a tab for each framework."""

from __future__ import annotations

import contextlib

import streamlit as st

from core import DIALECTS, MergeError, snippet
from core import Sentence as _  # marks text for the catalogues
from core.merges.samples import sample_code
from ui.lab.controls import Call
from ui.text import plain, t

_TITLES = {"keras-layer": _("Keras layer"), "keras-function": _("Keras function")}


def show_code(call: Call) -> None:
    """Draw the merge as code for each framework."""
    if call.shapes is None:
        return
    names = _frameworks(call)
    for tab, name in zip(st.tabs([_title(name) for name in names]), names, strict=True):
        with tab:
            _show_snippet(call, name)


def codes_of(call: Call) -> dict[str, str]:
    """Return the code by name of the framework, the chosen form first."""
    found = {}
    for name in _frameworks(call):
        with contextlib.suppress(MergeError):
            found[_title(name)] = _snippet(call, name)
    return found


def _frameworks(call: Call) -> list[str]:
    first = "keras-function" if call.function_form else "keras-layer"
    return sorted(DIALECTS, key=lambda name: name != first)


def _title(name: str) -> str:
    return t(_TITLES[name]) if name in _TITLES else DIALECTS[name].title


def _show_snippet(call: Call, name: str) -> None:
    try:
        code = _snippet(call, name)
    except MergeError as error:
        st.caption(plain(t(error.explanation)))
        return
    st.code(code, language="python", wrap_lines=True)  # the keyboard cannot reach a region that scrolls sideways


def _snippet(call: Call, name: str) -> str:
    return snippet(
        call.operation,
        call.shapes or (),
        name,
        **call.keywords,
        dtypes=[entry.dtype for entry in call.inputs],
        inputs=_expressions(call),
    )


def _expressions(call: Call) -> list[str] | None:
    if any(None in (entry.shape or ()) for entry in call.inputs):
        return None
    return [
        f'np.load("input_{number}.npy")  # your own values'
        if entry.array is not None
        else sample_code(
            entry.fill,
            tuple(size or 0 for size in entry.shape or ()),
            number=number,
            seed=call.seed,
            dtype=entry.dtype,
            first=entry.start,
        )
        for number, entry in enumerate(call.inputs)
    ]
