"""The quotas of uploads, with an app and a network made by hand: what counts, when an upload ends, what is answered."""

import asyncio

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from tests.asynchronous import run_async
from ui.hosting import admission, middleware
from ui.hosting.middleware import UploadQuota


@pytest.fixture
def limits(monkeypatch):
    """1,000 bytes for a session, 1,500 for the server; nothing is held yet."""
    held = middleware.Counter()
    monkeypatch.setattr(middleware, "MAX_SESSION_UPLOAD_BYTES", 1_000)
    monkeypatch.setattr(middleware, "MAX_SERVER_UPLOAD_BYTES", 1_500)
    monkeypatch.setattr(middleware.streamlit_internals, "upload_bytes", lambda: middleware.Counter(held))
    return held


async def app(scope, receive, send):
    """Reads all of the body, as Streamlit does, and answers 204."""
    async for _ in Request(scope, receive).stream():
        pass
    await Response(status_code=204)(scope, receive, send)


class Upload:
    """One request; the test sends its pieces."""

    def __init__(self, quota, session="a", length=900):
        self.pieces, self.status = asyncio.Queue(), None
        headers = [] if length is None else [(b"content-length", str(length).encode())]
        scope = {
            "type": "http", "method": "PUT", "path": f"/_stcore/upload_file/{session}/x", "headers": headers,
        }  # fmt: skip
        self.task = asyncio.create_task(quota(scope, self.pieces.get, self._send))

    async def _send(self, message):
        if message["type"] == "http.response.start":
            self.status = message["status"]

    async def piece(self, size, *, more=True):
        await self.pieces.put({"type": "http.request", "body": bytes(size), "more_body": more})
        for _ in range(20):  # turns of the loop: enough for the piece to be taken, or for the answer
            await asyncio.sleep(0)

    async def end(self):
        await self.task
        return self.status


def test_what_is_announced_and_never_sent_takes_nothing(limits):
    """Ten uploads of 900 bytes that stop after one: another visitor's 900 bytes still arrive."""

    async def run():
        quota = UploadQuota(app)
        silent = [Upload(quota, f"silent {number}") for number in range(10)]
        for one in silent:
            await one.piece(1)
        other = Upload(quota, "other")
        await other.piece(900, more=False)
        status = await other.end()
        for one in silent:
            one.task.cancel()
        await asyncio.gather(*(one.task for one in silent), return_exceptions=True)
        return status, dict(quota._arriving)

    assert run_async(run()) == (204, {})


def test_bytes_count_as_they_arrive(limits):
    """Two uploads of one session that fit alone, begun together: whose bytes exceed the quota ends with 413."""

    async def run():
        quota = UploadQuota(app)
        first, second = Upload(quota), Upload(quota)
        await first.piece(1)
        await second.piece(1)
        await first.piece(600)
        await second.piece(300)
        await second.piece(300)
        await first.piece(300, more=False)
        return await second.end(), await first.end(), dict(quota._arriving)

    assert run_async(run()) == (413, 204, {})


@pytest.mark.parametrize(
    ("session", "held", "length", "status"),
    [
        ("a", {"a": 100}, 900, 204),
        ("a", {"a": 101}, 900, 413),
        ("a", {"b": 600}, 900, 204),
        ("a", {"b": 601}, 900, 413),
        ("a", {}, None, 411),
    ],
)
def test_what_is_known_beforehand_is_rejected_at_once(limits, session, held, length, status):
    limits.update(held)

    async def run():
        upload = Upload(UploadQuota(app), session, length)
        await upload.piece(length or 0, more=False)
        return await upload.end()

    assert run_async(run()) == status


def test_an_upload_has_a_deadline(limits, monkeypatch):
    """However small its pieces: 408, and its bytes no longer count."""
    monkeypatch.setattr(middleware, "UPLOAD_SECONDS", 0.05)

    async def run():
        quota = UploadQuota(app)
        upload = Upload(quota)
        await upload.piece(1)
        return await upload.end(), dict(quota._arriving)

    assert run_async(run()) == (408, {})


def test_a_visitor_who_waits_may_not_upload(limits, monkeypatch):
    """The page has no uploader then; only a forged request would come."""
    monkeypatch.setattr(admission, "MAX_SESSIONS", 1)
    sessions = admission.SessionLimit(1)
    monkeypatch.setattr(admission, "_limit", lambda: sessions)
    assert sessions.heartbeat("in", ["in"], 0.0) == 0
    assert sessions.heartbeat("waits", ["in", "waits"], 0.0) == 1

    async def run(name):
        upload = Upload(UploadQuota(app), name)
        await upload.piece(900, more=False)
        return await upload.end()

    assert [run_async(run(name)) for name in ("in", "waits", "unknown")] == [204, 403, 403]


def test_a_tab_that_is_closed_in_the_middle_is_no_error(limits):
    """Neither an exception nor an answer; its bytes no longer count."""

    async def run():
        quota = UploadQuota(app)
        upload = Upload(quota)
        await upload.piece(300)
        await upload.pieces.put({"type": "http.disconnect"})
        return await upload.end(), dict(quota._arriving)

    assert run_async(run()) == (None, {})


def test_other_errors_of_the_app_are_passed_on(limits):
    async def broken(scope, receive, send):
        raise ValueError("of the app")

    async def run():
        await Upload(UploadQuota(broken)).end()

    with pytest.raises(ValueError, match="of the app"):
        run_async(run())
    assert issubclass(ClientDisconnect, Exception)
