"""The backend that Keras runs on: its menu, and a line for each backend that gives another result."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import streamlit as st

from core import BACKENDS, BackendDifference, MergeError, backend_differences
from core.dtypes import Array
from core.errors import short
from core.merges.gradient_differences import gradient_differences
from ui.hosting.budget import SMALL
from ui.state import asked, link
from ui.text import plain, t

DEFAULT = next(iter(BACKENDS))  # TensorFlow, as in Keras


def pick_backend() -> str:
    """Draw the menu."""
    return str(
        link.menu(
            t("Backend of Keras"),
            list(BACKENDS),
            "backend",
            DEFAULT,
            format_func=lambda name: BACKENDS[name].title,
            help=t("The same merge may have another dtype, other values or another error on another backend."),
        )
    )


def name_backend(backend: str) -> None:
    """Name a backend other than the default, since its menu is in a drawer."""
    if backend != DEFAULT:
        asked.show(st.caption, t("on {title}", title=BACKENDS[backend].title), width="content")


def show_differences(
    operation: str, inputs: Sequence[Array], keywords: dict[str, Any], with_gradients: bool = False
) -> None:
    """Draw a line for each backend whose dtype, values or error differ from those of the chosen one, with the reason.

    Args:
        operation: name of a merge.
        inputs: one array per input.
        keywords: options of the layer and the chosen backend.
        with_gradients: whether gradients are compared, too.
    """
    if sum(array.size for array in inputs) > SMALL:  # three more results, each compared, would take too much memory
        limit = f"{SMALL:,}"
        st.caption(t("Other backends of Keras are compared for inputs of up to {limit} elements.", limit=limit))
        return
    try:
        found = backend_differences(operation, inputs, **keywords)
    except MergeError:  # too large on one of them
        return
    if with_gradients:
        with suppress(MergeError):  # the chosen one has none, as the page says
            found += gradient_differences(operation, inputs, **keywords)
    if not found:
        st.caption(":material/compare_arrows: " + t("All backends of Keras give the same result here."))
        return
    st.markdown("**" + t("Other backends of Keras") + "**")
    st.markdown("\n".join(f"- {_line(one)}" for one in found))


def _line(difference: BackendDifference) -> str:
    error = difference.text.values.get("error", "")
    text = t(difference.text, error=short(str(error)))
    notes = [t("{title}: {note}", title=title, note=t(note)) for title, note in difference.reasons]
    return plain(" ".join([text, *(f"({note})" for note in notes)]))
