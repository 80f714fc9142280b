"""The page as the server first sends it, with the style of the app in it, so that the first paint is already right.

Streamlit sends the same HTML file for every address; a style that comes with the script's first message is applied
after Streamlit has drawn its own page. `serve.py` adds `FirstPage` to the server; under `streamlit run app.py`, which
takes no middleware, `install` adds it in the first run of a page, so that it holds for all later requests.
"""

from __future__ import annotations

from functools import cache
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.stage.face import stage_style
from ui.state.present import ASKED
from ui.streamlit_internals import PAGE_ROOT, wrap_files

_MARK = b'id="mergescope-first"'
_HEAD = b"</head>"
_DROPPED = (b"etag", b"last-modified", b"content-length", b"accept-ranges")  # of the file, not of what is sent
_UNASKED = (b"if-none-match", b"if-modified-since", b"range", b"accept-encoding")  # the whole page, as text


class FirstPage:
    """ASGI middleware: adds the style of the app to Streamlit's HTML page, that of the stage where the link says so."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; the answer is changed if it is Streamlit's page."""
        if not _asks_for_page(scope):
            await self._app(scope, receive, send)
            return
        headers = [pair for pair in scope["headers"] if pair[0].lower() not in _UNASKED]
        rewriter = _Rewriter(send, presenting=presenting(scope))
        await self._app({**scope, "headers": headers, "extensions": {}}, receive, rewriter.send)


class _Rewriter:
    """Holds back an HTML answer until it is complete, then sends it with the style."""

    def __init__(self, send: Send, *, presenting: bool) -> None:
        self._send, self._presenting = send, presenting
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        """Take a message of the answer."""
        if message["type"] == "http.response.start" and _is_html(message):
            self._start = message
        elif message["type"] == "http.response.body" and self._start is not None:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._send_all(self._start)
        else:
            await self._send(message)

    async def _send_all(self, start: Message) -> None:
        body = with_style(self._body, presenting=self._presenting)
        if body != self._body:
            kept = [pair for pair in start["headers"] if pair[0].lower() not in _DROPPED]
            start = {**start, "headers": [*kept, (b"content-length", str(len(body)).encode())]}
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def with_style(page: bytes, *, presenting: bool) -> bytes:
    """Streamlit's page with the style of the app at the end of its head; any other file unchanged.

    Args:
        page: an HTML file.
        presenting: whether the page opens as a stage.
    """
    if PAGE_ROOT not in page or _HEAD not in page or _MARK in page:
        return page
    style = stage_style(presenting=presenting).encode()
    return page.replace(_HEAD, b"<style " + _MARK + b">" + style + b"</style>" + _HEAD, 1)


def presenting(scope: Scope) -> bool:
    """Whether the address asks for present mode."""
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("present", [])
    return bool(asked) and asked[-1] in ASKED


def _asks_for_page(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    accepted = dict(scope["headers"]).get(b"accept", b"")
    return b"text/html" in accepted


def _is_html(start: Message) -> bool:
    kinds = [value for name, value in start.get("headers", []) if name.lower() == b"content-type"]
    return start["status"] == 200 and bool(kinds) and kinds[0].startswith(b"text/html")


@cache
def install() -> None:
    """Add `FirstPage` to a server that was started by `streamlit run app.py`; once for the process."""
    wrap_files(FirstPage)
