"""The line that says whether the installed Keras agrees: asked in the background, shown when the reply is there.

Keras is asked on the backend of the merge; where that is not installed, the line says how to add it.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, wait
from functools import partial

import streamlit as st

from core import BACKENDS, Merged, MergeError, settings
from core.dtypes import Array
from core.merges.arithmetic import number
from core.merges.backends import Backend
from sandbox.verification.verdict import Verdict
from sandbox.verification.verify import Verifier, missing_packages, the_verifier, verify
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


def show_verdict(
    operation: str,
    inputs: Sequence[Array],
    claimed: Merged | MergeError,
    *,
    backend: str = "tensorflow",
    **options: object,
) -> None:
    """One line that says whether Keras agrees; it delays the page by `_SOON` at most.

    Args:
        operation: name of a merge.
        inputs: of the merge.
        claimed: what the engine returned or raised.
        backend: that Keras runs on.
        **options: axis, axes, normalize.
    """
    if not wanted():
        return
    verdict = verify(operation, inputs, claimed=claimed, client=session.session(), backend=backend, **options)  # type: ignore[arg-type]  # options of the layer
    if not verdict.done() and _is_quick(the_verifier(backend), verdict):
        wait([verdict], _SOON)  # or the whole page would be drawn once more for this line
    if verdict.done():
        _show(verdict.result())
    else:
        wait_for(verdict, _EVERY, partial(_show_progress, the_verifier(backend), verdict))


def ask_ahead(operation: str, inputs: Sequence[Array], claimed: Merged) -> None:
    """Let Keras begin with what `show_verdict` will be asked for on the same page. Returns at once."""
    if wanted():
        verify(operation, inputs, claimed=claimed, client=session.session())


def _is_quick(verifier: Verifier, verdict: Future[Verdict]) -> bool:
    return verifier.process.is_ready and verifier.queue_position(verdict) <= 1


def _show_progress(verifier: Verifier, verdict: Future[Verdict]) -> None:
    position = verifier.queue_position(verdict)
    others = position > 1 or (position and verifier.process.is_ready)  # or the process is only starting
    text = t("Asking Keras… (position {position} in the queue)", position=position) if others else t("Asking Keras…")
    st.caption(":material/hourglass_empty: " + text)


def _show(verdict: Verdict) -> None:
    counters.verdict_shown(verdict.status)
    sign = {"same": "check_circle", "refused": "check_circle", "different": "error"}.get(verdict.status, "help")
    st.caption(f":material/{sign}: {plain(_sentence(verdict))}")


def _sentence(verdict: Verdict) -> str:
    if verdict.status == "same" and verdict.exact:
        return t("Same values as {versions}, bit-exact", versions=_versions(verdict))
    if verdict.status == "same":
        largest = number(verdict.largest_difference or 0)
        return t(
            "Same values as {versions}; largest difference {largest}", versions=_versions(verdict), largest=largest
        )
    if verdict.status == "refused":
        return t("{versions} rejects these inputs, too", versions=_versions(verdict))
    if verdict.status == "different":
        return _difference(verdict)
    if verdict.reason == "not installed":
        return _not_installed(BACKENDS[verdict.backend])
    return t(
        "Keras did not reply ({reason}); these values have not been compared with it.", reason=_reason(verdict.reason)
    )


def _versions(verdict: Verdict) -> str:
    if verdict.backend == "tensorflow":
        return verdict.versions
    return t("{versions} on {title}", versions=verdict.versions, title=BACKENDS[verdict.backend].title)


def _not_installed(backend: Backend) -> str:
    missing = ", ".join(missing_packages(backend.name))
    return t(
        "Keras on {title} is not installed here (missing: {missing}); these values have not been compared with it. "
        "To add it: pip install -r {requirements}",
        title=backend.title,
        missing=missing,
        requirements=backend.requirements,
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
        "start": t("its process did not start"),
        "died": t("its process ended unexpectedly"),
    }
    return reasons.get(name) or t("the Keras process is not available")


def _difference(verdict: Verdict) -> str:
    if verdict.largest_difference is None:
        return t(
            "{versions} differs: {reason}. Please report it.",
            versions=_versions(verdict),
            reason=_reason(verdict.reason),
        )
    return t(
        "{versions} differs by up to {largest}, at {where}.",
        versions=_versions(verdict),
        largest=number(verdict.largest_difference),
        where=verdict.where,
    )
