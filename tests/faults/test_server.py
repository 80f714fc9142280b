"""What happens to the server itself: what the visitor sees, and that the link loses nothing. No browser needed here."""

import contextlib
import socket
import uuid

import pytest

from tests.deploy.hosted import NGINX, answer, hosted, serving, wait_until
from tests.faults.visitor import Visitor, visiting
from tests.patience import PATIENCE

LAB = "op=Multiply&s0=5,1,7&s1=5,3,7"
SHOWN = "(5, 1, 7), (5, 3, 7) → (5, 3, 7)"
QUOTA = 'mergescope_refusals_total{reason="upload quota"}'
JUMPS = """
import pathlib, time
_real, _file = time.time, pathlib.Path({file!r})
time.time = lambda: _real() + float(_file.read_text() or 0)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One server that takes three visitors and little from each."""
    limits = {
        "MERGESCOPE_MAX_SESSIONS": "3", "MERGESCOPE_MAX_SESSION_UPLOAD_BYTES": "3000000",
        "STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": "2",
    }  # fmt: skip
    with serving(tmp_path_factory.mktemp("server"), **limits) as replica:
        yield replica


def sessions(server) -> float:
    return server.metrics()["mergescope_sessions"]


def upload(server, visitor, size: int) -> int:
    """Send a file as the uploader does; the status of the answer."""
    _, headers, _ = answer(server.address + "/_stcore/health")
    edge, token = "xxedgexx", uuid.uuid4().hex
    body = f'--{edge}\r\nContent-Disposition: form-data; name="f"; filename="a.npy"\r\n\r\n'.encode()
    body += bytes(size) + f"\r\n--{edge}--\r\n".encode()
    cookie = next((part.split(";")[0] for part in headers.get_all("Set-Cookie") or [] if "xsrf" in part), "")
    token = cookie.split("=", 1)[-1] or token
    sent = {"Content-Type": f"multipart/form-data; boundary={edge}", "X-Xsrftoken": token, "Cookie": cookie}
    path = f"/_stcore/upload_file/{visitor.session}/{uuid.uuid4()}"
    return answer(server.address + path, method="PUT", headers=sent, data=body)[0]


def test_a_page_closed_in_the_middle_of_a_run_leaves_nothing(server):
    """The tab goes while its page is being computed: the session ends, and the next visitor notices nothing."""
    for _ in range(3):
        leaver = Visitor(server.address)
        leaver.ask("Merge_lab", "op=Multiply&s0=5,400,1&s1=5,1,500&f0=normal&f1=normal")
        leaver.close()
    wait_until(lambda: sessions(server) == 0, "all sessions have ended")
    with visiting(server.address) as other:
        assert SHOWN in other.see("Merge_lab", LAB)


def test_a_full_house_asks_to_wait_and_opens_when_there_is_room(server):
    """Admitted visitors stay; one who waits sees a message, keeps the link, and is admitted once another has left."""
    wait_until(lambda: sessions(server) == 0, "all sessions have ended")
    inside = [Visitor(server.address) for _ in range(3)]
    assert all(SHOWN in visitor.see("Merge_lab", LAB) for visitor in inside)
    with visiting(server.address) as late:
        seen = late.see("Merge_lab", LAB)
        assert "This server has reached its limit of 3 visitors." in seen
        assert "Position 1 in the queue" in seen
        assert SHOWN not in seen
        assert upload(server, late, 1_000) == 403
        with visiting(server.address) as later:
            assert "Position 2 in the queue" in later.see("Merge_lab", LAB)
        wait_until(lambda: sessions(server) == 4, "the last in line has given up")
        assert SHOWN in inside[0].see("Merge_lab", LAB)
        inside[1].close()
        wait_until(lambda: sessions(server) == 3, "somebody has left")
        wait_until(lambda: SHOWN in late.see("Merge_lab", LAB), "there is room")
    for visitor in (inside[0], inside[2]):
        visitor.close()
    assert server.metrics()['mergescope_refusals_total{reason="full"}'] >= 1


def test_uploads_beyond_the_quota_of_a_session_are_refused(server):
    """Two files fit, the third does not; another session is not affected."""
    wait_until(lambda: sessions(server) == 0, "all sessions have ended")
    refusals = server.metrics().get(QUOTA, 0.0)
    with visiting(server.address) as one, visiting(server.address) as other:
        one.see("Merge_lab", LAB)
        other.see("Merge_lab", LAB)
        assert [upload(server, one, 1_300_000) for _ in range(3)] == [204, 204, 413]
        assert upload(server, other, 1_300_000) == 204
        assert SHOWN in one.see("Merge_lab", LAB)
    assert server.metrics()[QUOTA] == refusals + 1


def test_an_upload_goes_when_the_time_of_its_session_is_over(server):
    """Its tab is closed; another visitor stays, and no visitor leaves meanwhile."""
    wait_until(lambda: sessions(server) == 0 and not server.metrics()["mergescope_upload_bytes"], "the server is empty")
    with visiting(server.address) as stays:
        stays.see("Merge_lab", LAB)
        with visiting(server.address) as leaves:
            leaves.see("Merge_lab", LAB)
            assert upload(server, leaves, 1_300_000) == 204
            assert server.metrics()["mergescope_upload_bytes"] >= 1_300_000
        wait_until(lambda: not server.metrics()["mergescope_upload_bytes"], "the upload is gone")
        assert SHOWN in stays.see("Merge_lab", LAB)


def test_what_is_announced_and_never_sent_takes_nothing(tmp_path):
    """Five tabs announce more than the server may hold and send a few bytes; another visitor's file is taken."""
    with serving(tmp_path, MERGESCOPE_MAX_SERVER_UPLOAD_BYTES="3000000") as server, contextlib.ExitStack() as stack:
        visitor = stack.enter_context(visiting(server.address))
        visitor.see("Merge_lab", LAB)
        for number in range(5):
            silent = stack.enter_context(visiting(server.address))
            silent.see("Merge_lab", LAB)
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE))
            head = f"PUT /_stcore/upload_file/{silent.session}/{number} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            connection.sendall(f"{head}Content-Length: 2900000\r\n\r\nabcde".encode())
        assert upload(server, visitor, 1_300_000) == 204
    log = server.log.read_text()
    assert '"level": "error"' not in log, "neither these uploads nor their end is an error"


def test_an_upload_that_hides_its_size_is_refused(server):
    """Sent in pieces, without a length: 411, before anything is read."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as connection:
        path = f"/_stcore/upload_file/{uuid.uuid4()}/{uuid.uuid4()}"
        head = f"PUT {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head.encode())
        assert int(connection.recv(64).split()[1]) == 411


def test_the_figures_count_what_was_done(server):
    """Runs, merges and refusals by their labels; the log says the same, and nothing that was typed."""
    before = server.metrics()
    with visiting(server.address) as visitor:
        visitor.see("Merge_lab", LAB)
        assert "incompatible shapes" in visitor.see("Merge_lab", "op=Multiply&s0=5,31,37&s1=5,41,37")
    after = server.metrics()

    def more(name):
        return after.get(name, 0.0) - before.get(name, 0.0)

    assert more('mergescope_merges_total{operation="Multiply"}') == 1
    assert more('mergescope_refusals_total{reason="shapes"}') == 1
    assert more('mergescope_run_seconds_count{page="Merge lab"}') == 2
    assert after["process_resident_memory_bytes"] > 2**20
    log = server.log.read_text()
    assert '"page": "Merge lab"' in log
    assert '"reason": "shapes"' in log
    assert "41,37" not in log
    assert visitor.session not in log


def test_a_full_disk_is_not_noticed(tmp_path):
    """No file can grow by a byte: pages, and uploads of more than what libraries like to put into files, still work."""
    no_files = ("sh", "-c", 'ulimit -f 0; exec "$@" >/dev/null 2>&1', "sh")
    with serving(tmp_path, before=no_files) as server, visiting(server.address) as visitor:
        assert SHOWN in visitor.see("Merge_lab", LAB)
        assert upload(server, visitor, 3_000_000) == 204
        assert SHOWN in visitor.see("Merge_lab", LAB)


def test_the_clock_may_jump(tmp_path):
    """A day forward, two days back, in the middle of a visit: pages go on, old and new sessions alike."""
    offset, hook = tmp_path / "offset", tmp_path / "hook"
    hook.mkdir()
    offset.write_text("0")
    (hook / "sitecustomize.py").write_text(JUMPS.format(file=str(offset)))
    with serving(tmp_path, PYTHONPATH=str(hook)) as server, visiting(server.address) as visitor:
        assert SHOWN in visitor.see("Merge_lab", LAB)
        for jump in ("86400", "-86400"):
            offset.write_text(jump)
            assert SHOWN in visitor.see("Merge_lab", LAB)
            assert upload(server, visitor, 1_000) == 204
            with visiting(server.address) as another:
                assert SHOWN in another.see("Merge_lab", LAB)
        assert server.process.poll() is None


@pytest.mark.slow
@pytest.mark.skipif(NGINX is None, reason="needs nginx; `make proxy` installs it where that is possible")
def test_a_client_that_does_not_read_harms_nobody(tmp_path):
    """It asks and asks and takes nothing: others are served meanwhile, and memory stays bounded."""
    with hosted(tmp_path, 1) as site:
        server = site.replicas[0]
        with visiting(site.address) as other:
            other.see("Merge_lab", LAB)
            before = server.metrics()["process_resident_memory_bytes"]
            with visiting(site.address, max_queue=1) as slow:
                for number in range(60):
                    slow.ask("Merge_lab", f"op=Multiply&s0=2,300,300,1&s1=2,1,1,3&f0=normal&seed={number}")
                for _ in range(3):
                    assert SHOWN in other.see("Merge_lab", LAB)
                assert server.metrics()["process_resident_memory_bytes"] - before < 400_000_000
        wait_until(lambda: sessions(server) == 0, "both have left")
