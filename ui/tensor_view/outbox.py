"""Large tensors that wait for the browser to fetch them over HTTP (`ui/hosting/middleware.py` has the route).

Inside a message of Streamlit a tensor would be copied six times before it is sent; here only a reference is kept.
Without the route, in `streamlit run app.py`, all tensors go along with the messages.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from core.dtypes import Array

LARGE = 250_000  # elements from which a tensor takes this way: 1 MB
PATH = "_mergescope/tensors/"  # relative to the address of a page
_SECONDS = 60.0  # for which a tensor waits for the browser to fetch it


@dataclass(frozen=True, eq=False)
class _Parcel:
    """A tensor, until when it waits, and what is kept with it, such as a share of the server's budget."""

    values: Array
    until: float
    kept: object = None


class Outbox:
    """Tensors that wait to be fetched, by a name that cannot be guessed. Safe to use from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing waits, and nothing can be fetched before a route is open."""
        self._clock, self._lock = clock, threading.Lock()
        self._parcels: dict[str, _Parcel] = {}
        self._keep: Callable[[], object] | None = None

    def open(self, keep: Callable[[], object]) -> None:
        """There is a route to fetch them by.

        Args:
            keep: gives an object that is kept as long as a tensor that is offered now.
        """
        self._keep = keep

    def offer(self, values: Array) -> str | None:
        """Keep a tensor until it is fetched, for a minute at most.

        Args:
            values: one row of float32, which is not changed later.

        Returns:
            The address, relative to that of a page; None if there is no route, or if the tensor is not large.
        """
        if self._keep is None or values.size < LARGE:
            return None
        name = secrets.token_urlsafe(24)
        with self._lock:
            self._parcels[name] = _Parcel(values, self._clock() + _SECONDS, self._keep())
        return PATH + name

    def find(self, name: str) -> Array | None:
        """The tensor of this name; None if there is none, or no more."""
        self.expire()
        with self._lock:
            found = self._parcels.get(name)
        return None if found is None else found.values

    def drop(self, name: str) -> None:
        """It has arrived."""
        with self._lock:
            self._parcels.pop(name, None)

    def expire(self) -> int:
        """Drop what was not fetched in time; returns how many."""
        with self._lock:
            late = [name for name, parcel in self._parcels.items() if parcel.until < self._clock()]
            dropped = [self._parcels.pop(name) for name in late]
        return len(dropped)


OUTBOX = Outbox()
