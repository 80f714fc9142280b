"""The route by which browsers fetch large tensors: piece by piece from the arrays themselves."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from core.dtypes import Array
from ui.hosting import budget
from ui.tensor_view.outbox import OUTBOX, PATH

_PIECE = 262_144  # bytes
_ROUTE = re.compile(rf"/{PATH}([A-Za-z0-9_-]{{20,60}})$")


class Tensors:
    """The route: sends a tensor as little-endian float32 and drops it when all of it was sent."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        OUTBOX.open(keep=budget.current)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, but for the addresses of tensors."""
        found = _ROUTE.search(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
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
