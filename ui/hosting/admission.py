"""A limit on the number of sessions: further visitors wait in a queue and are admitted in order."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from functools import cache

import streamlit as st

from core.limits import MAX_SESSIONS
from ui import counters, session, streamlit_internals
from ui.text import t

_EVERY = 10.0  # seconds between two heartbeats of a session that waits
_LOST_AFTER = 2.5 * _EVERY  # seconds without a heartbeat after which a session no longer waits


class SessionLimit:
    """Which sessions are admitted, and which wait in what order. Safe to use from any thread."""

    def __init__(self, limit: int) -> None:
        """No session is known yet; `limit` may be admitted at the same time."""
        self._limit = limit
        self._lock = threading.Lock()
        self._admitted: set[str] = set()
        self._heartbeats: dict[str, float] = {}  # sessions that wait, in order, with the time of the last heartbeat

    def heartbeat(self, name: str, connected: Collection[str], now: float) -> int:
        """Ask for admission, for the first time or again.

        Args:
            name: of the session.
            connected: names of all sessions whose browser is connected.
            now: seconds.

        Returns:
            0 for an admitted session; otherwise its position in the queue, 1 for the first.
        """
        with self._lock:
            self._admitted &= {*connected, name}
            if name in self._admitted:
                return 0
            self._heartbeats = {one: last for one, last in self._heartbeats.items() if now - last < _LOST_AFTER}
            self._heartbeats[name] = now
            position = list(self._heartbeats).index(name) + 1
            if len(self._admitted) + position > self._limit:
                return position
            del self._heartbeats[name]
            self._admitted.add(name)
            return 0

    def is_admitted(self, name: str) -> bool:
        """Whether a session has been admitted."""
        with self._lock:
            return name in self._admitted


@cache
def _limit() -> SessionLimit:
    """The process-wide instance."""
    return SessionLimit(MAX_SESSIONS)


def admit() -> None:
    """Admit this session, or show its position in the queue while the server has `MAX_SESSIONS` sessions already.

    An admitted session stays admitted. The link keeps what was asked for, and the page opens by itself.
    """
    if session.get("admitted") or not MAX_SESSIONS:
        return
    position = _heartbeat()
    if not position:
        session.put({"admitted": True})
        return
    if not session.get("waits"):
        session.put({"waits": True})
        counters.refused("full")
    st.title("Mergescope")
    st.warning(
        t(
            "This server has reached its limit of {count} visitors. Nothing is lost: the page opens by itself as soon "
            "as a visitor leaves.",
            count=MAX_SESSIONS,
        )
    )
    st.fragment(_wait, run_every=_EVERY)(position)
    st.stop()


def may_upload(name: str) -> bool:
    """Whether a session may upload files: one that still waits may not.

    Args:
        name: of the session.
    """
    return not MAX_SESSIONS or _limit().is_admitted(name)


def _heartbeat() -> int:
    return _limit().heartbeat(session.session(), streamlit_internals.active_sessions(), time.monotonic())


def _wait(first: int) -> None:
    """Ask again from time to time; in the first run it has just been done."""
    position = first if not session.get("heartbeats") else _heartbeat()
    session.put({"heartbeats": 1})
    if not position:
        session.put({"admitted": True})
        st.rerun()
    st.caption(t("Position {position} in the queue", position=position))
