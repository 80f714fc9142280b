"""Runs the built-in network in its own process, with progress, and with one sentence where it fails."""

from __future__ import annotations

import math
import time
from concurrent.futures import Future, wait
from functools import partial
from typing import Any, TypeVar

import streamlit as st

from core.dtypes import Array
from sandbox.processes.errors import SandboxError
from sandbox.segmentation.segmenter import Segmented, queue_position, the_segmenter
from ui.gate.controls import try_again
from ui.state import link
from ui.text import t
from ui.views.keras_check import wanted
from ui.views.waiting import wait_for

_SHORT = 1.5  # seconds that a page waits for; a warm network takes 0.1
_LOOK = 0.05  # seconds between two looks in that time
_EVERY = 0.5  # seconds between two looks after it
_SOON = 0.4  # seconds that a page waits for a prediction with another map
_OFTEN = 0.3  # seconds between two looks for it
_USUAL = 6.0  # seconds in which the bar fills by two thirds; a cold start takes about as long
Answer = TypeVar("Answer")


@st.cache_resource
def wake() -> None:
    """Start the network's process with the first page that may need it."""
    if wanted():
        the_segmenter().process.start()


def segmented(*, seed: int | None = None, image: Array | None = None) -> Segmented | None:
    """The prediction for an image; None, with progress or the reason on screen, while there is none."""
    if not wanted():
        _off()
        return None
    return _shown(the_segmenter().segment(seed=seed, image=image), t("Running the network …"))


def steered(
    image: Array, grid: int, alpha: Array, *, quiet: bool = False, begun: Future[Array] | None = None
) -> Array | None:
    """The prediction with another map at one gate; None while it is computed, and where it fails, with the reason.

    Nothing is drawn while it is computed, so that nothing on the page moves; the page is drawn again afterwards.

    Args:
        image: (1, 160, 160, 1) from 0 to 1.
        grid: rows of the gate.
        alpha: the map, (1, grid, grid, 1).
        quiet: whether a failure is not shown either, since the prediction is only an addition.
        begun: what `begin` has returned for the same map.
    """
    if not wanted():
        return None
    answer = begun or the_segmenter().steer(image, grid, alpha)
    wait([answer], _SOON)
    if answer.done():
        return None if quiet and answer.exception() is not None else _result(answer)
    wait_for(answer, _OFTEN)
    return None


def begin(image: Array, grid: int, alpha: Array) -> Future[Array] | None:
    """Let the network begin with what `steered` will be asked for. Returns at once; None where it does not run."""
    return the_segmenter().steer(image, grid, alpha) if wanted() else None


def _off() -> None:
    st.info(t("The network does not run on this server because its sandbox is disabled."))


def _shown(answer: Future[Answer], doing: str) -> Answer | None:
    """Wait a moment with a progress bar; after that the page continues, and is drawn again with the prediction."""
    begun = time.monotonic()
    place = st.empty()
    while not answer.done() and time.monotonic() < begun + _SHORT:
        with place:
            _bar(answer, begun, doing)
        _look(answer)
    place.empty()
    if answer.done():
        return _result(answer)
    wait_for(answer, _EVERY, partial(_bar, answer, begun, doing), done=partial(_draw_or_explain, answer))
    return None


def _draw_or_explain(answer: Future[Any]) -> None:
    """Draw the page with the prediction, or show the reason for a failure."""
    if answer.exception() is None:
        link.draw_again()
    else:
        _result(answer)


def _bar(answer: Future[Any], begun: float, doing: str) -> None:
    """How long it takes is not known, so the bar slows down and never reaches its end."""
    share = 1 - math.exp(-(time.monotonic() - begun) / _USUAL)
    st.progress(share, text=_waits_for(answer, begun) or doing)


def _waits_for(answer: Future[Any], begun: float) -> str:
    """What the request waits for; empty while the network runs."""
    place = queue_position(answer)
    if place > 1:  # the first of a line may wait for nothing but the start
        return t("Waiting for other requests; position {place} in the queue.", place=place)
    starting = the_segmenter().process.pid is None or time.monotonic() > begun + 1
    return t("Starting TensorFlow in a separate process …") if starting else ""


def _look(answer: Future[Any]) -> None:
    try:
        answer.exception(timeout=_LOOK)
    except TimeoutError:
        return


def _result(answer: Future[Answer]) -> Answer | None:
    error = answer.exception()
    if error is None:
        return answer.result()
    kind = error.kind if isinstance(error, SandboxError) else "failed"
    st.error(t("The network returned no prediction: {reason}. Everything else is unchanged.", reason=_reason(kind)))
    try_again()
    return None


def _reason(kind: str) -> str:
    words = {
        "died": t("its process ended during the run"),
        "gone": t("its process ended"),
        "timeout": t("it took too long and was stopped"),
        "memory": t("it ran out of memory"),
        "busy": t("too many requests"),
        "start": t("its process could not be started"),
        "resting": t("its process failed repeatedly and is paused"),
    }
    return words.get(kind) or t("it stopped with an error")
