"""ASGI middlewares around Streamlit's routes: headers, closed paths, quotas on uploads, the way of large tensors.

They hold whatever proxy is in front of the server, or if there is none.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import streamlit
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core import settings
from core.dtypes import Array
from core.limits import MAX_SERVER_UPLOAD_BYTES, MAX_SESSION_UPLOAD_BYTES, UPLOAD_SECONDS
from ui import counters, streamlit_internals
from ui.hosting import admission, budget
from ui.tensor_view.outbox import OUTBOX, PATH

_CLOSED = (
    "/_stcore/metrics",  # it lists sessions; `ui/hosting/metrics.py` has a port of its own
    "/_stcore/agent",
)
_MOST_DRAINED = 64_000_000  # bytes
_PIECE = 262_144  # bytes of a large tensor
_TENSOR = re.compile(rf"/{PATH}([A-Za-z0-9_-]{{20,60}})$")
_UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+/?$")


def headers() -> dict[str, str]:
    """The headers of every answer. Browsers load Streamlit's v2 components as modules, some from blob: addresses."""
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
        self._added = [(name.encode(), value.encode()) for name, value in headers().items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and add them to the answer."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                names = {name for name, _ in self._added}
                kept = [pair for pair in message.get("headers", []) if pair[0].lower() not in names]
                message = {**message, "headers": [*kept, *self._added]}
            await send(message)

        await self._app(scope, receive, sent if scope["type"] == "http" else send)


class ClosedPaths:
    """Answers 404 where Streamlit would tell visitors about the server."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, but for the closed paths."""
        closed = scope["type"] == "http" and scope["path"].startswith(_CLOSED)
        await (PlainTextResponse("Not found", 404) if closed else self._app)(scope, receive, send)


class UploadQuota:
    """Rejects uploads of visitors who wait, and ends uploads that exceed a quota or a deadline.

    Only bytes that have arrived count: a size that is announced and never sent takes nothing from other visitors.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._arriving: Counter[str] = Counter()  # bytes of unfinished uploads, by session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 403, 408, 411 or 413."""
        found = _UPLOAD.search(scope["path"]) if scope["type"] == "http" and scope["method"] == "PUT" else None
        if not found:
            await self._app(scope, receive, send)
            return
        session, length = found.group(1), _length(scope)
        rejection = self._rejection(session, length)
        if rejection:
            counters.refused("upload quota")
            await _drain(receive, length or 0)
            await rejection(scope, receive, send)
            return
        arrived: list[int] = []
        try:
            await self._app(scope, self._counted(session, receive, arrived), send)
        except _EndedError as ended:
            counters.refused("upload quota")
            await ended.answer(scope, receive, send)
        except ClientDisconnect:  # the tab was closed, or the visitor pressed X: no error of the server
            return
        finally:
            self._arriving[session] -= sum(arrived)  # from here on Streamlit holds the file, or it is gone
            self._arriving += Counter()  # leaves out sessions with 0

    def _rejection(self, session: str, length: int | None) -> PlainTextResponse | None:
        if length is None:
            return PlainTextResponse("The size of the file must be sent before the file.", 411)
        if not admission.may_upload(session):
            return PlainTextResponse("Files can be uploaded once the page has opened.", 403)
        return self._beyond_quota(session, length)

    def _counted(self, session: str, receive: Receive, arrived: list[int]) -> Receive:
        """Receive a body, counting its bytes.

        Args:
            session: that uploads.
            receive: of the request.
            arrived: gets the size of each piece.

        Raises:
            _EndedError: from what is returned: the quota or the deadline is exceeded.
        """
        deadline = asyncio.get_running_loop().time() + UPLOAD_SECONDS

        async def counted() -> Message:
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise _EndedError(PlainTextResponse("The upload took too long.", 408)) from None
            arrived.append(len(message.get("body", b"")))
            self._arriving[session] += arrived[-1]
            beyond = self._beyond_quota(session, 0)
            if beyond:
                raise _EndedError(beyond)
            return message

        return counted

    def _beyond_quota(self, session: str, more: int) -> PlainTextResponse | None:
        held = streamlit_internals.upload_bytes() + self._arriving
        for bytes_held, quota in (
            (held[session], MAX_SESSION_UPLOAD_BYTES),
            (held.total(), MAX_SERVER_UPLOAD_BYTES),
        ):
            if quota and bytes_held + more > quota:
                return PlainTextResponse("The quota for uploads is used up. Remove a file, or reload the page.", 413)
        return None


class _EndedError(Exception):
    """An upload was ended before all of it had arrived."""

    def __init__(self, answer: PlainTextResponse) -> None:
        super().__init__()
        self.answer = answer


async def _drain(receive: Receive, length: int) -> None:
    """Read the file and drop it, or the browser would see a broken connection instead of the answer."""
    more = 0 < length < _MOST_DRAINED
    with suppress(TimeoutError):
        async with asyncio.timeout(UPLOAD_SECONDS):
            while more:
                more = (await receive()).get("more_body", False)


def _length(scope: Scope) -> int | None:
    announced = dict(scope["headers"]).get(b"content-length", b"")
    return int(announced) if announced.isdigit() else None


class Tensors:
    """The route: sends a tensor as little-endian float32 and drops it when all of it was sent."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        OUTBOX.open(keep=budget.current)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, but for the addresses of tensors."""
        found = _TENSOR.search(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
        if not found:
            await self._app(scope, receive, send)
            return
        values = OUTBOX.find(found.group(1))
        if values is None:
            await PlainTextResponse("Not found", 404)(scope, receive, send)
            return
        await _send_pieces(values, send)
        OUTBOX.drop(found.group(1))


async def _send_pieces(values: Array, send: Send) -> None:
    content = values.view(np.uint8).data  # no copy
    headers: list[Any] = [
        (b"content-type", b"application/octet-stream"),
        (b"content-length", str(len(content)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for start in range(0, len(content), _PIECE):
        piece = bytes(content[start : start + _PIECE])
        await send({"type": "http.response.body", "body": piece, "more_body": start + _PIECE < len(content)})


MIDDLEWARE = [Middleware(Headers), Middleware(ClosedPaths), Middleware(UploadQuota), Middleware(Tensors)]
