"""What the browser of a session has of its views: each tensor is sent once, and then only named by its digest.

So are the parts of a plan that are the same in most views, such as its words. The browser keeps what it has received
for as long as its page is loaded, which is as long as the session. It asks again for what was lost on the way.
"""

from __future__ import annotations

import json
from collections.abc import Container, Mapping, Sequence, Set
from functools import lru_cache
from typing import Any

from core.digests import digest
from ui import session

_SENT, _ANSWERED = "tensors_sent", "tensors_answered"
_MOST = 64_000_000  # bytes, fewer than browser/store.js keeps, so that nothing is named that it has dropped
_VALUE = 4  # bytes
_PARTS = ("words", "colours", "orders")  # of a plan: three quarters of it, the same in most views of a session


def received(key: str) -> Set[str]:
    """Digests of the tensors and parts of plans that the browser has, until the next `note_sent`.

    Args:
        key: of the view; what its browser part says is missing is taken off, once.
    """
    asked = _missing(key)
    answered = session.get(_ANSWERED, {})
    if asked and answered.get(key) != asked["turn"]:
        session.put({_ANSWERED: {**answered, key: asked["turn"]}})
        sent = _sent()
        for name in asked["digests"]:
            sent.pop(name, None)
    return _sent().keys()


def missing(key: str) -> frozenset[str]:
    """Digests of the tensors and parts that the browser last said are missing."""
    asked = _missing(key)
    return frozenset(asked["digests"]) if asked else frozenset()


def named_parts(meta: Mapping[str, Any], known: Container[str]) -> tuple[dict[str, Any], dict[str, int]]:
    """A plan whose common parts are named by their digests; `browser/store.js` puts them back.

    Args:
        meta: of `payload`.
        known: digests of the parts that the browser has, which are left out.

    Returns:
        The plan, with its common parts in "parts"; and their sizes in bytes by digest.
    """
    parts, sizes = dict[str, Any](), dict[str, int]()
    for name in _PARTS:
        found, size = _named(_content(meta[name]))
        sizes[found] = size
        parts[name] = {"digest": found} if found in known else {"digest": found, "value": meta[name]}
    return {**{name: value for name, value in meta.items() if name not in _PARTS}, "parts": parts}, sizes


def _content(part: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> tuple[Any, ...]:
    """All that a part says: texts by name, or orders of channels."""
    if isinstance(part, Mapping):
        return tuple(part.items())
    return tuple((order["name"], order["title"], tuple(order["channels"])) for order in part)


@lru_cache(maxsize=512)
def _named(content: tuple[Any, ...]) -> tuple[str, int]:
    """The digest of a part, and its size in bytes."""
    text = json.dumps(content)
    return digest(text)[:16], len(text)


def sizes_of(meta: Mapping[str, Any]) -> dict[str, int]:
    """Bytes of each tensor of a plan, by digest."""
    return {tensor["digest"]: _VALUE * tensor["count"] for tensor in meta["tensors"]}


def note_sent(sizes: Mapping[str, int]) -> None:
    """Remember what goes out now, what was used last at the end; the oldest are forgotten.

    Args:
        sizes: in bytes, by digest.
    """
    sent = _sent()
    for name, size in sizes.items():
        sent.pop(name, None)
        sent[name] = size
    total = sum(sent.values())
    for name in list(sent):
        if total <= _MOST:
            break
        total -= sent.pop(name)


def _sent() -> dict[str, int]:
    """What the browser has, in bytes by digest: one object for the whole session, since it may have thousands."""
    sent: dict[str, int] | None = session.get(_SENT)
    if sent is None:
        sent = {}
        session.put({_SENT: sent})
    return sent


def _missing(key: str) -> dict[str, Any] | None:
    """What the browser says is missing: it may send anything."""
    received = session.get(key)
    asked = received.get("missing") if received else None
    if not isinstance(asked, Mapping) or not isinstance(asked.get("digests"), Sequence):
        return None
    digests = {name for name in asked["digests"] if isinstance(name, str)}
    return {"digests": digests, "turn": str(asked.get("turn"))}
