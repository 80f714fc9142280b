"""A door that closes when the house is full: who comes later waits in line, and is let in first come, first served."""

from __future__ import annotations

import threading
import time
from functools import cache

import streamlit as st

from core.limits import MAX_SESSIONS
from ui import counters, session
from ui.text import t

_EVERY = 10.0  # seconds between two knocks
_PATIENCE = 2.5 * _EVERY  # after which somebody who has not knocked has left


class Door:
    """Who waits, in order. Safe to use from any thread."""

    def __init__(self, most: int) -> None:
        """Nobody waits yet; `most` may be inside."""
        self._most = most
        self._lock = threading.Lock()
        self._knocked: dict[str, float] = {}  # session: when it last knocked; the order is that of the line

    def knock(self, session: str, present: int, now: float) -> int:
        """Ask to be let in.

        Args:
            session: who asks, and is not inside yet.
            present: sessions inside and at the door, this one among them.
            now: seconds.

        Returns:
            0 for "come in"; otherwise the place in the line, 1 for the first.
        """
        with self._lock:
            self._knocked = {name: last for name, last in self._knocked.items() if now - last < _PATIENCE}
            self._knocked[session] = now
            inside = present - len(self._knocked)
            place = list(self._knocked).index(session) + 1
            if inside + place > self._most:
                return place
            del self._knocked[session]
            return 0


@cache
def _the_door() -> Door:
    return Door(MAX_SESSIONS)


def admit() -> None:
    """Let this session in, or ask it to wait while the server has as many as it takes (`MAX_SESSIONS`).

    Who is in stays in. The link keeps what was asked for, and the page opens by itself when there is room.
    """
    if session.get("admitted") or not MAX_SESSIONS:
        return
    place = _knock()
    if not place:
        session.put({"admitted": True})
        return
    if not session.get("turned_away"):
        session.put({"turned_away": True})
        counters.refused("full")
    st.title("Mergescope")
    st.warning(
        t(
            "{count} visitors are here already, as many as this server takes. Nothing is lost: the page opens by "
            "itself as soon as there is room.",
            count=MAX_SESSIONS,
        )
    )
    st.fragment(_wait, run_every=_EVERY)(place)
    st.stop()


def _knock() -> int:
    return _the_door().knock(session.session(), counters.sessions(), time.monotonic())


def _wait(first: int) -> None:
    """Knock again from time to time; the first time it has just been done."""
    place = first if not session.get("knocks") else _knock()
    session.put({"knocks": 1})
    if not place:
        session.put({"admitted": True})
        st.rerun()
    st.caption(t("Place {place} in line", place=place))
