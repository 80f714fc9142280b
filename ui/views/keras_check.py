"""What the real Keras says to the same request: asked in the background, told when the answer is there."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, wait

import streamlit as st

from core import Merged, MergeError, settings
from core.dtypes import Array
from core.merges.arithmetic import number
from sandbox.verification.verdict import Verdict
from sandbox.verification.verify import the_verifier, verify
from ui import counters, session
from ui.state import link
from ui.text import plain, t

_EVERY = 0.4  # seconds between two looks
_SOON = 0.15  # seconds that a page waits for a warm sandbox with at most one before it; an answer mostly takes 0.02


def wake() -> None:
    """Start the sandbox, so that it is warm when somebody asks, unless MERGESCOPE_SANDBOX=off. Returns at once."""
    if wanted():
        the_verifier().process.start()


def wanted() -> bool:
    """Whether this server asks the real Keras at all."""
    return settings.word("SANDBOX", "on") != "off"


def show_verdict(operation: str, inputs: Sequence[Array], claimed: Merged | MergeError, **options: object) -> None:
    """One line that says whether Keras agrees; it holds up the page for a moment at most.

    Args:
        operation: name of a merge.
        inputs: that went in.
        claimed: what we say.
        **options: axis, axes, normalize.
    """
    if not wanted():
        return
    answer = verify(operation, inputs, claimed=claimed, asker=session.session(), **options)  # type: ignore[arg-type]  # options of the layer
    if the_verifier().process.is_ready and the_verifier().place(answer) <= 1:
        wait([answer], _SOON)  # or the whole page would be drawn once more for this line
    if answer.done():
        _tell(answer.result())
    else:
        st.fragment(_wait, run_every=_EVERY)(answer)


def _wait(answer: Future[Verdict]) -> None:
    """Look again; once the answer is there, the page is drawn anew without this watch."""
    if answer.done():
        link.draw_again()
    place = the_verifier().place(answer)
    text = t("Asking Keras… place {place} in line", place=place) if place else t("Asking Keras…")
    st.caption(":material/hourglass_empty: " + text)


def _tell(verdict: Verdict) -> None:
    counters.told(verdict.status)
    sign = {"same": "check_circle", "refused": "check_circle", "different": "error"}.get(verdict.status, "help")
    st.caption(f":material/{sign}: {plain(_words(verdict))}")


def _words(verdict: Verdict) -> str:
    if verdict.status == "same" and verdict.exact:
        return t("the same as {versions}, to the bit", versions=verdict.versions)
    if verdict.status == "same":
        largest = number(verdict.largest_difference or 0)
        return t("the same as {versions}; largest difference {largest}", versions=verdict.versions, largest=largest)
    if verdict.status == "refused":
        return t("{versions} also refuses these inputs", versions=verdict.versions)
    if verdict.status == "different":
        return _difference(verdict)
    return t("Keras did not answer ({reason}); these numbers are not checked.", reason=_reason(verdict.reason))


def _reason(name: str) -> str:
    """Why Keras and we differ, or why it did not answer."""
    words = {
        "value": t("other values"),
        "shape": t("another shape"),
        "dtype": t("another dtype"),
        "mask": t("another mask"),
        "text": t("another error text"),
        "we refuse": t("Keras accepts these inputs"),
        "keras refuses": t("Keras refuses these inputs"),
        "out of range": t("the sums do not fit the dtype, where Keras's answer depends on the size of the tensor"),
        "too large": t("the tensors are too large to send"),
        "busy": t("too many are asking"),
        "timeout": t("it took too long"),
        "memory": t("it ran out of memory"),
    }
    return words.get(name) or t("the process beside us is not there")


def _difference(verdict: Verdict) -> str:
    if verdict.largest_difference is None:
        return t(
            "{versions} differs: {reason}. Please report it.", versions=verdict.versions, reason=_reason(verdict.reason)
        )
    return t(
        "{versions} differs by up to {largest}, at {where}.",
        versions=verdict.versions,
        largest=number(verdict.largest_difference),
        where=verdict.where,
    )
