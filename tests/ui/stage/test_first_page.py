"""The page that the server sends has the style of the app; nothing else that it sends is changed."""

import asyncio
from pathlib import Path

import pytest
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse, Response
from streamlit import file_util

from tests.asynchronous import run_async
from ui.stage.face import stage_style
from ui.stage.first_page import FirstPage, with_style

PAGE = Path(file_util.get_static_dir(), "index.html")
BROWSER = [(b"accept", b"text/html,*/*;q=0.8"), (b"accept-encoding", b"gzip")]


def fetched(app, query=b"", headers=BROWSER, method="GET"):
    """Status, headers and body of an answer."""
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        await asyncio.Event().wait()  # the browser stays

    scope = {"type": "http", "method": method, "path": "/", "query_string": query, "headers": headers}
    run_async(FirstPage(app)(scope, receive, send))
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], dict(sent[0]["headers"]), body


@pytest.mark.parametrize(("query", "presenting"), [(b"", False), (b"present=1", True), (b"ch=3&present=true", True),
                                                   (b"present=0", False), (b"present=1&present=", False)])  # fmt: skip
def test_the_page_has_the_style(query, presenting):
    """That of the stage where the address says so; the length is that of what is sent, and no old page is kept."""
    status, headers, body = fetched(FileResponse(PAGE), query)
    assert status == 200
    assert stage_style(presenting=presenting).encode() in body
    assert stage_style(presenting=not presenting).encode() not in body
    assert int(headers[b"content-length"]) == len(body) > PAGE.stat().st_size
    assert b"etag" not in headers
    assert b"last-modified" not in headers
    assert body.index(b"<style") < body.index(b"</head>")


def test_behind_a_compressing_server():
    """The page arrives as text."""
    _, headers, body = fetched(GZipMiddleware(FileResponse(PAGE), minimum_size=1))
    assert b"content-encoding" not in headers
    assert stage_style(presenting=False).encode() in body


@pytest.mark.parametrize(
    ("app", "headers", "method"),
    [
        (Response("<html><head></head>mine</html>", media_type="text/html"), BROWSER, "GET"),
        (Response(b"\x89PNG", media_type="image/png"), BROWSER, "GET"),
        (Response(PAGE.read_bytes(), 404, media_type="text/html"), BROWSER, "GET"),
        (Response(PAGE.read_bytes(), media_type="text/html"), [(b"accept", b"*/*")], "GET"),
        (Response(PAGE.read_bytes(), media_type="text/html"), BROWSER, "POST"),
    ],
)
def test_everything_else_is_unchanged(app, headers, method):
    """Other files, other answers, other requests."""
    _, sent, body = fetched(app, headers=headers, method=method)
    assert body == app.body
    assert dict(app.raw_headers) == sent


def test_a_page_is_changed_once():
    """Where the server has the middleware twice, as `serve.py` after the first run of a page."""
    once = with_style(PAGE.read_bytes(), presenting=True)
    assert with_style(once, presenting=True) == once
