"""Long exports run in a thread, step by step, so that they can show progress and be stopped.

A stopped export leaves no partial file: the bytes stay in memory and are offered only when they are complete.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait

from core import MergeError
from core.errors import invalid_request
from core.limits import MAX_EXPORT_SECONDS, MAX_EXPORTS
from ui.export.progress import Progress, StoppedError

_SLOTS = threading.BoundedSemaphore(MAX_EXPORTS)
_POLL = 0.1  # seconds between two checks for a free slot or a request to stop


class Job:
    """One running or finished export.

    Attributes:
        name: of the file.
        about: fingerprint of the content and the options.
        done: steps done.
        total: steps in total; 0 before it is known.
        result: the file, once it is complete.
        error: why it failed.
        stopped: whether the user stopped it.
        ended: done when one of these three is set.
    """

    def __init__(self, work: Callable[[Progress], bytes], name: str, about: str = "") -> None:
        self.name, self.about = name, about
        self.done, self.total = 0, 0
        self.result: bytes | None = None
        self.error: MergeError | None = None
        self.stopped = False
        self.ended: Future[None] = Future()
        self._work, self._stop, self._begun = work, threading.Event(), time.monotonic()

    def start(self) -> Job:
        """Start the thread."""
        threading.Thread(target=self._run, name="export", daemon=True).start()
        return self

    def stop(self) -> None:
        """Stop before the next step."""
        self._stop.set()

    def wait(self, seconds: float) -> None:
        """Wait until it has ended, at most so many seconds."""
        wait([self.ended], seconds)

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return not self.ended.done()

    @property
    def part(self) -> float:
        """The share that is done, 0 to 1."""
        return self.done / self.total if self.total else 0.0

    def _progress(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        if self._stop.is_set():
            raise StoppedError
        if time.monotonic() - self._begun > MAX_EXPORT_SECONDS:
            raise invalid_request(
                "The export exceeded {seconds} s and was cancelled; choose fewer frames or slides.",
                seconds=MAX_EXPORT_SECONDS,
            )

    def _run(self) -> None:
        try:
            while not _SLOTS.acquire(timeout=_POLL):
                self._progress(0, 0)
            try:
                self.result = self._work(self._progress)
            finally:
                _SLOTS.release()
        except StoppedError:
            self.stopped = True
        except MergeError as error:
            self.error = error
        except Exception:
            logging.getLogger(__name__).exception("An export failed")
            self.error = invalid_request("The export failed; see the server log.")
        finally:
            self.ended.set_result(None)
