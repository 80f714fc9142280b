"""A merge that Keras rejects: the mismatched axes, Keras's message, the reason, and the fixes with their code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from core import Fix, MergeError
from core.errors import Shape
from core.merges.rows import Row
from ui.text import plain, t
from ui.views.alignment_table import alignment_table
from ui.views.copy_button import copy_button


def show_refusal(
    error: MergeError,
    shapes: Sequence[Shape | None] = (),
    *,
    options: Mapping[str, object] | None = None,
    rows: Sequence[Row] = (),
    key: str = "fix",
    on_apply: Callable[[Fix], None] | None = None,
    before_fixes: Callable[[], None] | None = None,
    beside: bool = False,
) -> None:
    """Draw the table of axes, Keras's message, the explanation and the fixes.

    Args:
        error: of the engine.
        shapes: of the inputs as they are; None for one that is not known. They are compared with those of each fix.
        options: of the merge as they are, such as {"axis": -9}; likewise.
        rows: of the table of axes, see `core.merges.rows.error_rows`; empty for no table.
        key: of the buttons, unique on the page; a number is appended.
        on_apply: called with the fix whose button is pressed, before the next run; without it there is no button.
        before_fixes: draws what comes between the explanation and the fixes.
        beside: whether the fixes are at the right of the message, not below it.
    """
    if rows:
        alignment_table(rows, refused=True)
    left, right = st.columns(2, gap="medium") if beside and error.fixes else (st.container(), st.container())
    with left:
        show_message(error)
        if before_fixes is not None:
            before_fixes()
    with right, st.container(key=f"fixes_{key}"):
        show_fixes(error, shapes, options=options, key=key, on_apply=on_apply)


def show_message(error: MergeError) -> None:
    """Draw what Keras prints, letter for letter, and below it the reason in our words."""
    if error.explanation != error.keras_message:
        accident = error.accident is not None
        st.caption(t("Keras fails here with an unrelated error:") if accident else t("Keras says:"))
        st.code(error.accident or error.keras_message, language=None, wrap_lines=True)
    st.error(plain(t(error.explanation)))


def show_fixes(
    error: MergeError,
    shapes: Sequence[Shape | None] = (),
    *,
    options: Mapping[str, object] | None = None,
    key: str = "fix",
    on_apply: Callable[[Fix], None] | None = None,
) -> None:
    """Draw every fix: what to change, the shapes before and after, the code, and buttons to apply and to copy it."""
    if not error.fixes:
        return
    st.markdown("**" + t("Possible fixes") + "**")
    for number, fix in enumerate(error.fixes):
        _show_fix(number, fix, changed(fix, shapes, options or {}), f"{key}{number}", on_apply)


def _show_fix(
    number: int,
    fix: Fix,
    changes: Sequence[tuple[str, str]],
    key: str,
    on_apply: Callable[[Fix], None] | None,
) -> None:
    code: str = getattr(fix, "code", "")
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{number + 1}** · {plain(t(fix.text))}")
        if changes:
            st.markdown(" · ".join(f"`{before}` → `{after}`" for before, after in changes))
        if code:
            st.code(code, language="python", wrap_lines=True)
        if on_apply is None and not code:
            return
        with st.container(horizontal=True, gap="small"):
            if on_apply is not None:
                label = t("Apply fix {number}", number=number + 1)
                st.button(label, key=key, on_click=on_apply, args=(fix,), icon=":material/build:")
            if code:
                with st.container(width=170):
                    copy_button(t("Copy code {number}", number=number + 1), key=f"copy_{key}", text=code)


def changed(fix: Fix, shapes: Sequence[Shape | None], options: Mapping[str, object]) -> list[tuple[str, str]]:
    """What a fix changes, before and after: the shapes that differ, and the options that it sets.

    Args:
        fix: to describe.
        shapes: of the inputs as they are.
        options: of the merge as they are; those that are not known are named alone.
    """
    found = []
    if len(shapes) == len(fix.shapes):
        found = [(str(was), str(now)) for was, now in zip(shapes, fix.shapes, strict=True) if was != now and was]
    new: dict[str, object] = getattr(fix, "options", {})
    was = {name: f"{name}={options[name]}" for name in new if name in options}
    return [*found, *((was.get(name, name), f"{name}={value}") for name, value in new.items())]
