"""What this server does, counted for its operator: numbers only, nothing that a visitor typed or uploaded.

Streamlit gives each run of a page a thread, so the run in progress is kept by thread.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, defaultdict
from typing import Literal

from ui import streamlit_internals

Reason = Literal[
    "shapes",  # the inputs of a merge are incompatible
    "paste",  # pasted text in which no merge was found
    "file",  # an upload that cannot be read, or is too large
    "limit",  # more elements than are computed
    "busy",  # a large merge had to wait for others
    "full",  # more sessions than the server admits
    "upload quota",  # more uploaded bytes than a session, or the server, may hold
    "request",  # a message that no browser sends
    "error",  # a bug of this app: the page shows a sentence, the log has the place
]
STEPS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)  # seconds: upper bounds of the histogram's buckets

_log = logging.getLogger(__name__)
_lock = threading.Lock()
_counts: Counter[tuple[str, str]] = Counter()  # by (family, label)
_seconds: defaultdict[str, float] = defaultdict(float)  # of all runs, by page
_run = threading.local()


def begin(page: str) -> None:
    """A run of a page begins."""
    _run.page, _run.since = page, time.perf_counter()
    _count("begun", page)


def end() -> None:
    """The run of this thread has reached the end of its page."""
    page, since = getattr(_run, "page", None), getattr(_run, "since", 0.0)
    if page is None:
        return
    seconds = time.perf_counter() - since
    with _lock:
        _counts["runs", page] += 1
        _seconds[page] += seconds
        for step in STEPS:
            _counts[f"run within {step}", page] += seconds <= step
    _log.info("run", extra={"page": page, "ms": round(1000 * seconds)})
    _run.page = None


def merged(operation: str) -> None:
    """A merge was computed and shown."""
    _count("merges", operation)


def refused(reason: Reason) -> None:
    """Something was rejected, with a sentence on screen."""
    _count("refusals", reason)
    _log.info("refused", extra={"reason": reason})


def verdict_shown(status: str) -> None:
    """A comparison with Keras was shown: "same", "refused", "different" or "unavailable"."""
    _count("verdicts", status)
    if status == "different":
        _log.warning("Keras differs from the engine")


def counts(family: str) -> dict[str, int]:
    """All counts of one family, by label: "begun", "runs", "run within 0.1", "merges", "refusals", "verdicts"."""
    with _lock:
        return {label: count for (name, label), count in _counts.items() if name == family}


def seconds() -> dict[str, float]:
    """Total duration of the finished runs of each page."""
    with _lock:
        return dict(_seconds)


def sessions() -> int:
    """Browser tabs that are connected now; 0 where there is no server, as in a test of a page."""
    return streamlit_internals.count_sessions()


def _count(family: str, label: str) -> None:
    with _lock:
        _counts[family, label] += 1
