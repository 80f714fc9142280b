"""The line that says whether the installed Keras agrees: asked in the background, shown when the reply is there."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, wait
from functools import partial

import streamlit as st

from core import Merged, MergeError, settings
from core.dtypes import Array
from core.merges.arithmetic import number
from sandbox.verification.verdict import Verdict
from sandbox.verification.verify import the_verifier, verify
from ui import counters, session
from ui.text import plain, t
from ui.views.waiting import wait_for

_EVERY = 0.4  # seconds between two looks
_SOON = 0.15  # seconds that a page waits if Keras is ready and at most one call is before it; most replies take 0.02


def wake() -> None:
    """Start the process with Keras ahead of need, unless MERGESCOPE_SANDBOX=off. Returns at once."""
    if wanted():
        the_verifier().process.start()


def wanted() -> bool:
    """Whether this server runs Keras at all."""
    return settings.word("SANDBOX", "on") != "off"


def show_verdict(operation: str, inputs: Sequence[Array], claimed: Merged | MergeError, **options: object) -> None:
    """One line that says whether Keras agrees; it delays the page by `_SOON` at most.

    Args:
        operation: name of a merge.
        inputs: of the merge.
        claimed: what the engine returned or raised.
        **options: axis, axes, normalize.
    """
    if not wanted():
        return
    verdict = verify(operation, inputs, claimed=claimed, client=session.session(), **options)  # type: ignore[arg-type]  # options of the layer
    if the_verifier().process.is_ready and the_verifier().queue_position(verdict) <= 1:
        wait([verdict], _SOON)  # or the whole page would be drawn once more for this line
    if verdict.done():
        _show(verdict.result())
    else:
        wait_for(verdict, _EVERY, partial(_show_progress, verdict))


def _show_progress(verdict: Future[Verdict]) -> None:
    position = the_verifier().queue_position(verdict)
    others = position > 1 or (position and the_verifier().process.is_ready)  # or the process is only starting
    text = t("Asking Keras… (position {position} in the queue)", position=position) if others else t("Asking Keras…")
    st.caption(":material/hourglass_empty: " + text)


def _show(verdict: Verdict) -> None:
    counters.verdict_shown(verdict.status)
    sign = {"same": "check_circle", "refused": "check_circle", "different": "error"}.get(verdict.status, "help")
    st.caption(f":material/{sign}: {plain(_sentence(verdict))}")


def _sentence(verdict: Verdict) -> str:
    if verdict.status == "same" and verdict.exact:
        return t("Same values as {versions}, bit-exact", versions=verdict.versions)
    if verdict.status == "same":
        largest = number(verdict.largest_difference or 0)
        return t("Same values as {versions}; largest difference {largest}", versions=verdict.versions, largest=largest)
    if verdict.status == "refused":
        return t("{versions} rejects these inputs, too", versions=verdict.versions)
    if verdict.status == "different":
        return _difference(verdict)
    return t(
        "Keras did not reply ({reason}); these values have not been compared with it.", reason=_reason(verdict.reason)
    )


def _reason(name: str) -> str:
    """Why Keras and the engine differ, or why Keras did not reply."""
    reasons = {
        "value": t("different values"),
        "shape": t("different shape"),
        "dtype": t("different dtype"),
        "mask": t("different mask"),
        "text": t("different error text"),
        "we refuse": t("Keras accepts these inputs"),
        "keras refuses": t("Keras rejects these inputs"),
        "out of range": t("the sums overflow the dtype, and Keras's result then depends on the size of the tensor"),
        "too large": t("the tensors are too large to send"),
        "busy": t("too many requests"),
        "timeout": t("it took too long"),
        "memory": t("it ran out of memory"),
    }
    return reasons.get(name) or t("the Keras process is not available")


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
