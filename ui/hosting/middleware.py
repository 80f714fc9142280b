"""What every request passes: headers on each answer, quotas on uploads, and paths that are nobody's business.

Plain ASGI, before Streamlit's own routes, so that it holds whatever stands in front of the server, or if nothing does.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from pathlib import Path
from typing import Any

import streamlit
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime

from core import settings
from core.limits import MAX_SERVER_UPLOAD_BYTES, MAX_SESSION_UPLOAD_BYTES
from ui import counters

_CLOSED = (
    "/_stcore/metrics",
    "/_stcore/agent",
)  # the first tells who visits; `ui/hosting/metrics.py` has a port of its own
_MOST_DRAINED = 64_000_000  # bytes
_UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+/?$")


def headers() -> dict[str, str]:
    """On every answer. Streamlit's v2 components are modules that the browser loads from blob: addresses."""
    frames = settings.word("FRAME_ANCESTORS", "'self'")
    policy = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", "blob:", *_inline_scripts()]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": frames,
    }
    found = {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        "cross-origin-opener-policy": "same-origin",
    }
    return found | ({"x-frame-options": "SAMEORIGIN"} if frames == "'self'" else {})


def _inline_scripts() -> list[str]:
    """The scripts inside Streamlit's own page, by digest; no other inline script runs."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    bodies = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(body.encode()).digest()).decode() for body in bodies]
    return [f"'sha256-{digest}'" for digest in digests]


class Headers:
    """Adds `headers` to each answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._ours = [(name.encode(), value.encode()) for name, value in headers().items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and add them to what comes back."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                names = {name for name, _ in self._ours}
                kept = [pair for pair in message.get("headers", []) if pair[0].lower() not in names]
                message = {**message, "headers": [*kept, *self._ours]}
            await send(message)

        await self._app(scope, receive, sent if scope["type"] == "http" else send)


class ClosedPaths:
    """Answers 404 where Streamlit would tell anybody about the server."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, but for the closed paths."""
        closed = scope["type"] == "http" and scope["path"].startswith(_CLOSED)
        await (PlainTextResponse("Not found", 404) if closed else self._app)(scope, receive, send)


class UploadQuota:
    """Refuses an upload before it is read when its session, or the server, would hold too much."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._coming: Counter[str] = Counter()  # bytes of uploads that are on their way, by session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 411 or 413."""
        found = _UPLOAD.search(scope["path"]) if scope["type"] == "http" and scope["method"] == "PUT" else None
        if not found:
            await self._app(scope, receive, send)
            return
        session, length = found.group(1), _length(scope)
        refusal = self._refusal(session, length)
        if refusal:
            counters.refused("upload quota")
            await _drain(receive, length or 0)
            await refusal(scope, receive, send)
            return
        self._coming[session] += length or 0
        try:
            await self._app(scope, receive, send)
        finally:
            self._coming[session] -= length or 0
            self._coming += Counter()  # leaves out what is 0

    def _refusal(self, session: str, length: int | None) -> PlainTextResponse | None:
        if length is None:
            return PlainTextResponse("The size of the file must be told before it is sent.", 411)
        held = _held()
        session_holds, server_holds = held[session] + self._coming[session], held.total() + self._coming.total()
        for holds, most in ((session_holds, MAX_SESSION_UPLOAD_BYTES), (server_holds, MAX_SERVER_UPLOAD_BYTES)):
            if most and holds + length > most:
                return PlainTextResponse("Too many bytes are held already. Remove a file, or reload the page.", 413)
        return None


async def _drain(receive: Receive, length: int) -> None:
    """Let the file pass by unread, or the browser would see a broken connection instead of the answer."""
    more = 0 < length < _MOST_DRAINED
    while more:
        more = (await receive()).get("more_body", False)


def _length(scope: Scope) -> int | None:
    told = dict(scope["headers"]).get(b"content-length", b"")
    return int(told) if told.isdigit() else None


def _held() -> Counter[str]:
    """Bytes of uploads in memory, by session."""
    storage: dict[str, dict[str, Any]] = getattr(runtime.get_instance().uploaded_file_mgr, "file_storage", {})
    held = {session: sum(len(file.data) for file in list(files.values())) for session, files in list(storage.items())}
    return Counter(held)


MIDDLEWARE = [Middleware(Headers), Middleware(ClosedPaths), Middleware(UploadQuota)]
