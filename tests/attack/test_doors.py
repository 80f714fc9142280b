"""What no browser sends, by HTTP and WebSocket: refused with a status or a close code, and the server goes on."""

import asyncio
import struct

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import ConnectionClosed

from bench.load_visitor import visiting
from tests.asynchronous import run_async
from tests.deploy.hosted import answer, handshake
from tests.patience import PATIENCE
from tests.ui.sample_files import FLOATS

OTHER_HOST = {"Origin": "http://rebind.test", "Host": "rebind.test"}

PATHS = {
    "up": "/../../etc/passwd",
    "up, percent signs": "/%2e%2e/%2e%2e/etc/passwd",
    "up, percent signs twice": "/%252e%252e/etc/passwd",
    "up from static": "/static/../../../etc/passwd",
    "up from media": "/media/..%2f..%2fetc%2fpasswd",
    "up from a component": "/component/x/../../../../etc/passwd",
    "up from app static": "/app/static/../../app.py",
    "backslashes": "/static/..\\..\\etc\\passwd",
    "two slashes": "//evil.test/x",
    "NUL": "/static/%00",
    "source": "/app.py",
    "settings": "/.streamlit/config.toml",
    "repository": "/.git/config",
    "figures of Streamlit": "/_stcore/metrics",
    "agents": "/_stcore/agent/tools",
    "media of nobody": "/media/" + "0" * 64 + ".png",
}
SECRETS = ("root:x:0", "[server]", "from ui import frame", "[core]", "session_id")

FRAMES = {
    "nothing": b"",
    "zeros": bytes(64),
    "noise": bytes(range(256)),
    "half a message": b"\x5a\xff\xff\xff\xff\x07",
    "text": "hello",
    "JSON": '{"rerun_script": {}}',
    "many fields": b"\x0a\x00" * 10_000,
}


def forged(**values) -> bytes:
    """A request to run with one widget whose value is of the wrong kind or whose id is odd."""
    message = BackMsg()
    state = message.rerun_script.widget_states.widgets.add(id=values.pop("id"))
    for name, value in values.items():
        setattr(state, name, value)
    return message.SerializeToString()


WRONG_KINDS = {
    "id of nothing": forged(id="", string_value="x"),
    "id that is none": forged(id="$$ID-0-nobody", trigger_value=True),
    "id without end": forged(id="x" * 100_000, int_value=1),
    "NaN for a menu": forged(id="$$ID-0-op", double_value=float("nan")),
    "infinity for a menu": forged(id="$$ID-0-op", double_value=float("inf")),
    "bytes for a menu": forged(id="$$ID-0-op", bytes_value=b"\xff\xfe"),
    "JSON for a menu": forged(id="$$ID-0-op", json_value="{"),
}


@pytest.mark.parametrize("path", PATHS)
def test_paths_give_nothing_away(attacker, path):
    """Refused, or answered with the empty page of the app; no file of the server, no figures."""
    status, headers, text = answer(attacker.address + PATHS[path])
    assert status in (0, 200, 400, 403, 404)
    assert not any(secret in text for secret in SECRETS)
    assert status != 200 or "<!doctype html>" in text.lower()
    assert status == 0 or headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("method", ["POST", "DELETE", "PATCH", "TRACE", "OPTIONS"])
def test_methods_that_are_not_meant(attacker, method):
    """Nothing but reading and uploading."""
    assert answer(attacker.address + "/", method=method)[0] in (0, 200, 400, 403, 404, 405)
    assert answer(attacker.address + "/_stcore/upload_file/a/b", method=method)[0] in (0, 204, 400, 403, 404, 405)


@pytest.mark.parametrize("frame", [*FRAMES, *WRONG_KINDS])
def test_odd_frames_end_at_most_that_tab(attacker, frame):
    """The sender's own socket may be closed; every other tab goes on."""

    async def send():
        async with visiting(attacker.address) as visitor:
            await visitor.open("Merge_lab")
            await visitor.send({**FRAMES, **WRONG_KINDS}[frame])
            run = await visitor.open("Merge_lab")
            return run.faults

    try:
        assert run_async(send()) == []
    except ConnectionClosed as closed:
        assert closed.rcvd is None or closed.rcvd.code in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011)
    assert attacker.alive()


def wrong_kinds():
    """A value for each field that a message may have, and others that no widget can read."""
    array = {"double": [float("nan"), 1e308], "int": [2**62, -1], "string": ["x", "\0"]}
    for name, values in array.items():
        state = WidgetState()
        getattr(state, f"{name}_array_value").data.extend(values)
        yield state
    for name, value in {
        "trigger_value": True, "bool_value": True, "double_value": float("inf"), "int_value": 2**62,
        "string_value": "no such option", "json_value": "[", "bytes_value": b"\xff", "json_trigger_value": "{",
    }.items():  # fmt: skip
        yield WidgetState(**{name: value})
    for text in ("null", "[1]", '"x"', '{"selection": 5}', '{"selection": {"at": [1e999]}}', '{"painted": [[["a"]]]}'):
        yield WidgetState(json_value=text)
    yield WidgetState(string_trigger_value={"data": "x"})
    yield WidgetState(chat_input_value={"data": "x"})
    state = WidgetState()
    state.arrow_value.SetInParent()
    yield state
    state = WidgetState()
    state.file_uploader_state_value.uploaded_file_info.add(file_id="none", name="../x", size=5)
    yield state


@pytest.mark.parametrize("page", ["", "Merge_lab", "Gate_gallery", "Story"])
def test_values_of_the_wrong_kind_are_no_errors(attacker, page):
    """Each kind of value for every widget of a page at once: they get their defaults, and no alarm is raised."""
    before = attacker.replica.metrics()

    async def send():
        async with visiting(attacker.address) as visitor:
            drawn = await visitor.open(page)
            known, faults = len(drawn.words), []
            for wrong in wrong_kinds():
                for widget in visitor.widgets.values():
                    state = visitor._states[widget.id] = WidgetState()
                    state.CopyFrom(wrong)
                    state.id = widget.id
                run = await visitor.change()
                faults += [*run.faults, *(alert for alert in run.alerts if "went wrong" in alert)]
                assert len(run.words) > known / 2, "the page is drawn"
            return faults

    assert run_async(send()) == []
    after = attacker.replica.metrics()
    errors, requests = (f'mergescope_refusals_total{{reason="{reason}"}}' for reason in ("error", "request"))
    assert after.get(errors, 0) == before.get(errors, 0)
    assert after.get(requests, 0) > before.get(requests, 0)
    assert attacker.alive()


@pytest.mark.parametrize("page", ["Merge_lab", "Attention_gate"])
def test_emptied_caches_change_nothing(attacker, page):
    """Every tab can make Streamlit empty its caches: the page has the same words afterwards."""

    async def send():
        async with visiting(attacker.address) as visitor:
            before = await visitor.open(page)
            await visitor.send(BackMsg(clear_cache=True).SerializeToString())
            after = await visitor.open(page)
            return before, after

    before, after = run_async(send())
    assert before.faults == after.faults == []
    of_server = ("Keras", "visitors")  # its state may change meanwhile
    first, second = (
        [word for word in run.words if not any(name in word for name in of_server)] for run in (before, after)
    )
    assert first == second


def test_a_frame_beyond_the_limit_is_refused(attacker):
    """As large as no state of a page is."""

    async def send():
        async with visiting(attacker.address) as visitor:
            await visitor.open()
            await visitor.send(bytes(70_000_000))
            await visitor.open()

    with pytest.raises(ConnectionClosed) as caught:
        run_async(send())
    assert caught.value.rcvd is None or caught.value.rcvd.code in (1002, 1009)
    assert attacker.alive()


def test_sockets_from_other_sites(attacker):
    """A page of another host, and a host name that was bound anew to this machine."""
    assert handshake(attacker.address, Origin=attacker.address) == 101
    assert handshake(attacker.address, Origin="http://evil.test") == 403
    assert handshake(attacker.address, Origin="null") == 403
    assert handshake(attacker.address, Origin="http://127.0.0.1.evil.test") == 403
    assert handshake(attacker.address, **OTHER_HOST) == 403


def test_uploads_that_are_not_meant(attacker):
    """Without the token, for no session, without a size, larger than the limit, with an endless name."""

    async def session(visitor):
        run = await visitor.open("Merge_lab", "f0=file")
        path = f"/_stcore/upload_file/{visitor.session}/a"

        def post(name="a.npy", content=FLOATS, where=path, **headers):
            return attacker.post(where, name, content, **headers)

        def tries():
            assert post() in (200, 204)
            assert post(**{"X-Xsrftoken": "2|0|0|0"}) == 403
            assert post(where="/_stcore/upload_file/unknown/a") in (400, 403)
            assert post(where="/_stcore/upload_file/..%2f..%2fx/a") in (400, 403, 404)
            assert post(name="n" * 5_000 + ".npy") in (200, 204, 400)
            assert post(content=bytes(34_000_000)) in (
                0,
                413,
            )  # 0: the connection was closed while the file was still being sent
            assert post(**{"Content-Type": "text/plain"}) in (400, 415)
            assert post(**{"Content-Type": "multipart/form-data"}) in (400, 415)

        await asyncio.to_thread(tries)
        return run

    assert attacker.open("Merge_lab", "f0=file", session).faults == []
    assert attacker.alive()


def test_broken_http(attacker):
    """Bytes that are no request at all."""
    import socket

    host, port = attacker.address.removeprefix("http://").split(":")
    for raw in (
        b"\x16\x03\x01" + bytes(99),
        b"GET /" + b"a" * 100_000,
        struct.pack(">Q", 2**63),
    ):
        with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
            connection.sendall(raw + b"\r\n\r\n")
            connection.shutdown(socket.SHUT_WR)
            assert b"200 OK" not in connection.recv(64)
    assert attacker.alive()
