"""The shipped network on a page: asked in its own process, with progress, and with one sentence where it fails."""

from __future__ import annotations

import math
import time
from concurrent.futures import Future
from typing import Any, TypeVar

import streamlit as st

from core.dtypes import Array
from sandbox.processes.errors import SandboxError
from sandbox.segmentation.segmenter import Segmented, queue_position, the_segmenter
from ui.gate.controls import try_again
from ui.state import link
from ui.text import t
from ui.views.keras_check import wanted

_SHORT = 1.5  # seconds that a page waits for; a warm network takes 0.1
_LOOK = 0.05  # seconds between two looks in that time
_EVERY = 0.5  # seconds between two looks after it
_USUAL = 6.0  # seconds in which the bar fills by two thirds; a cold start takes about as long
Answer = TypeVar("Answer")


@st.cache_resource
def wake() -> None:
    """Start the network's process with the first page that may need it."""
    if wanted():
        the_segmenter().process.start()


def segmented(*, seed: int | None = None, image: Array | None = None) -> Segmented | None:
    """What the network makes of a slice; None, with progress or the reason on screen, while there is no answer."""
    if not wanted():
        return _off()
    return _shown(the_segmenter().segment(seed=seed, image=image), t("The network looks at the slice …"))


def steered(image: Array, grid: int, alpha: Array) -> Array | None:
    """What the network answers with another map at one gate; None, with progress or the reason, while it does not."""
    if not wanted():
        return _off()
    return _shown(the_segmenter().steer(image, grid, alpha), t("The network runs with this map …"))


def _off() -> None:
    st.info(t("The network does not run on this server: its sandbox is switched off."))


def _shown(answer: Future[Answer], doing: str) -> Answer | None:
    """Wait a moment with a bar; after that the page goes on, and is drawn anew when the answer is there."""
    begun = time.monotonic()
    place = st.empty()
    while not answer.done() and time.monotonic() < begun + _SHORT:
        with place:
            _bar(answer, begun, doing)
        _look(answer)
    place.empty()
    if answer.done():
        return _told(answer)
    st.fragment(_watch, run_every=_EVERY)(answer, begun, doing)
    return None


def _watch(answer: Future[Any], begun: float, doing: str) -> None:
    """Look again: a new picture for an answer, the reason for a failure."""
    if not answer.done():
        _bar(answer, begun, doing)
    elif answer.exception() is None:
        link.draw_again()
    else:
        _told(answer)


def _bar(answer: Future[Any], begun: float, doing: str) -> None:
    """How long it takes is not known: the bar slows down and never says that it is done."""
    share = 1 - math.exp(-(time.monotonic() - begun) / _USUAL)
    st.progress(share, text=_waits_for(answer, begun) or doing)


def _waits_for(answer: Future[Any], begun: float) -> str:
    """What comes before the answer; empty while the network works on it."""
    place = queue_position(answer)
    if place > 1:  # the first of a line may wait for nothing but the start
        return t("Others are being answered; place {place} in line.", place=place)
    starting = the_segmenter().process.pid is None or time.monotonic() > begun + 1
    return t("TensorFlow starts in a process of its own …") if starting else ""


def _look(answer: Future[Any]) -> None:
    try:
        answer.exception(timeout=_LOOK)
    except TimeoutError:
        return


def _told(answer: Future[Answer]) -> Answer | None:
    error = answer.exception()
    if error is None:
        return answer.result()
    kind = error.kind if isinstance(error, SandboxError) else "failed"
    st.error(t("The network gave no answer: {reason}. Everything else is as it was.", reason=_reason(kind)))
    try_again()
    return None


def _reason(kind: str) -> str:
    words = {
        "died": t("its process ended in the middle of the run"),
        "gone": t("its process ended"),
        "timeout": t("it took too long and was stopped"),
        "memory": t("it ran out of memory"),
        "busy": t("too many are asking"),
        "start": t("its process does not start"),
        "resting": t("its process failed several times and rests a little"),
    }
    return words.get(kind) or t("it stopped with an error")
