"""Long exports beside the page: in a thread, a piece at a time, so that they can be watched and stopped.

Stopping leaves nothing half-written: there are only bytes in memory, handed out when all of them are there.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from core import MergeError
from core.errors import invalid_request
from core.limits import MAX_EXPORT_SECONDS, MAX_EXPORTS
from ui.export.progress import StoppedError, Tell

_ROOM = threading.BoundedSemaphore(MAX_EXPORTS)
_WAIT = 0.1  # seconds between two looks at whether there is room, or whether to stop


class Job:
    """One export under way.

    Attributes:
        name: of the file.
        about: tells what it was made of.
        done: pieces that are done.
        total: pieces in all; 0 before it is known.
        result: the file, once it is whole.
        error: why there will be none.
        stopped: whether somebody stopped it.
    """

    def __init__(self, work: Callable[[Tell], bytes], name: str, about: str = "") -> None:
        self.name, self.about = name, about
        self.done, self.total = 0, 0
        self.result: bytes | None = None
        self.error: MergeError | None = None
        self.stopped = False
        self._work, self._stop, self._begun = work, threading.Event(), time.monotonic()
        self._thread = threading.Thread(target=self._run, name="export", daemon=True)

    def start(self) -> Job:
        """Begin."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End it before the next piece."""
        self._stop.set()

    def wait(self, seconds: float) -> None:
        """Until it is over, or so long."""
        self._thread.join(seconds)

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self._thread.is_alive()

    @property
    def part(self) -> float:
        """How much is done, 0 to 1."""
        return self.done / self.total if self.total else 0.0

    def _tell(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        if self._stop.is_set():
            raise StoppedError
        if time.monotonic() - self._begun > MAX_EXPORT_SECONDS:
            raise invalid_request(
                "The export took longer than {seconds} s and was given up; fewer frames or slides take less.",
                seconds=MAX_EXPORT_SECONDS,
            )

    def _run(self) -> None:
        try:
            while not _ROOM.acquire(timeout=_WAIT):
                self._tell(0, 0)
            try:
                self.result = self._work(self._tell)
            finally:
                _ROOM.release()
        except StoppedError:
            self.stopped = True
        except MergeError as error:
            self.error = error
        except Exception:
            logging.getLogger(__name__).exception("An export failed")
            self.error = invalid_request("The export failed; the log of the server says why.")
