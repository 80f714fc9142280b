"""Which tensors the browser of a session has: each is sent once, and then only named by its digest.

The browser keeps what it has received for as long as its page is loaded, which is as long as the session. It asks again
for what was lost on the way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ui import session

_SENT, _ANSWERED = "tensors_sent", "tensors_answered"
_MOST = 64_000_000  # bytes, fewer than browser/store.js keeps, so that nothing is named that it has dropped
_VALUE = 4  # bytes


def received(key: str) -> frozenset[str]:
    """Digests of the tensors that the browser has.

    Args:
        key: of the view; what its browser part says is missing is taken off, once.
    """
    asked = _missing(key)
    answered = session.get(_ANSWERED, {})
    if asked and answered.get(key) != asked["turn"]:
        session.put({_ANSWERED: {**answered, key: asked["turn"]}})
        session.put({_SENT: {digest: size for digest, size in _sent().items() if digest not in asked["digests"]}})
    return frozenset(_sent())


def missing(key: str) -> frozenset[str]:
    """Digests of the tensors that the browser last said are missing."""
    asked = _missing(key)
    return frozenset(asked["digests"]) if asked else frozenset()


def note_sent(tensors: Sequence[Mapping[str, Any]]) -> None:
    """Remember what goes out now, the tensors that were used last at the end; the oldest are forgotten.

    Args:
        tensors: `meta["tensors"]` of `payload`.
    """
    sent = _sent()
    for tensor in tensors:
        sent.pop(tensor["digest"], None)
        sent[tensor["digest"]] = _VALUE * tensor["count"]
    total = sum(sent.values())
    for digest in list(sent):
        if total <= _MOST:
            break
        total -= sent.pop(digest)
    session.put({_SENT: sent})


def _sent() -> dict[str, int]:
    return dict(session.get(_SENT, {}))


def _missing(key: str) -> dict[str, Any] | None:
    """What the browser says is missing: it may send anything."""
    received = session.get(key)
    asked = received.get("missing") if received else None
    if not isinstance(asked, Mapping) or not isinstance(asked.get("digests"), Sequence):
        return None
    digests = {digest for digest in asked["digests"] if isinstance(digest, str)}
    return {"digests": digests, "turn": str(asked.get("turn"))}
