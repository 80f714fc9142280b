"""The rejection of a merge on screen: message, explanation, and each fix with before, after, code and buttons."""

from dataclasses import dataclass

import pytest
from streamlit.testing.v1 import AppTest

from core import Fix
from core.errors import Shape
from tests.patience import PATIENCE
from ui.views.refusal import changed


@dataclass(frozen=True)
class CodedFix(Fix):
    """A fix that also sets an option and has code."""

    options: dict | None = None
    code: str = ""


def page():
    """A rejected merge with two fixes, each of which can be applied."""
    import streamlit as st

    from core import MergeError, align
    from ui.views.refusal import show_refusal

    shapes = ((2, 20, 20, 256), (2, 20, 20))
    try:
        align("Multiply", shapes)
    except MergeError as error:
        show_refusal(error, shapes, key="try", on_apply=lambda fix: st.session_state.update(applied=fix.shapes))


def test_every_part_is_shown_and_a_fix_is_applied():
    """Keras's text letter for letter, the shapes before and after, and the button that hands the fix back."""
    app = AppTest.from_function(page, default_timeout=PATIENCE).run()
    assert not app.exception
    assert "Received shapes (20, 20, 256) and (20, 20)" in app.code[0].value
    assert app.error[0].value
    text = " ".join(element.value for element in app.markdown)
    assert "`(2, 20, 20)` → `(2, 20, 20, 1)`" in text
    app.button(key="try0").click().run()
    assert app.session_state["applied"][1] == (2, 20, 20, 1)


@pytest.mark.parametrize(
    ("fix", "shapes", "options", "expected"),
    [
        (Fix("x", ((2, 3), (2, 1))), ((2, 3), (2, 5)), {}, [("(2, 5)", "(2, 1)")]),
        (Fix("x", ((2, 3), (2, 1))), (None, (2, 5)), {}, [("(2, 5)", "(2, 1)")]),
        (CodedFix("x", ((2, 3),), {"axis": 4}), ((2, 3),), {}, [("axis", "axis=4")]),
        (CodedFix("x", ((2, 3),), {"axis": 4}), ((2, 3),), {"axis": -9, "axes": 1}, [("axis=-9", "axis=4")]),
        (Fix("x", ((2, 3),)), (), {}, []),
    ],
)
def test_before_and_after(
    fix: Fix, shapes: tuple[Shape, ...], options: dict[str, int], expected: list[tuple[str, str]]
):
    """Only what differs is named; an option that a fix sets is named too."""
    assert changed(fix, shapes, options) == expected


def test_an_error_of_ours_alone_has_no_message_of_keras():
    """Where Keras says nothing, only the explanation is drawn."""

    def alone():
        from core.errors import invalid_request
        from ui.views.refusal import show_refusal

        show_refusal(invalid_request("Give two shapes."))

    app = AppTest.from_function(alone, default_timeout=PATIENCE).run()
    assert not app.code
    assert app.error[0].value == "Give two shapes."
