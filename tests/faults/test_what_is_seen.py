"""Faults as a visitor sees them, in a real browser: the last picture stays, and the link loses nothing."""

import contextlib
import os
import re
import signal
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import settle
from tests.deploy.hosted import heatmap, serving, wait_until
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.browser

LINK = "Merge_lab?s0=5,3,7&s1=5,1,7&cell=2,1,4"
SUMS = re.compile(r"\(2, 1, 4\): \d+ = \d+ × \d+")


def words(page) -> str:
    return page.locator("[data-testid=stMain]").inner_text()


@pytest.fixture
def visit(open_page):
    """Opens a page that a test's own server serves; its policy would forbid how the browser tests wait."""

    def visit_page(server, path=LINK):
        page = open_page(path, address=server.address, bypass_csp=True)
        page.set_default_timeout(PATIENCE_MS)
        page.get_by_label("Shape of input 0").wait_for()
        return page

    return visit_page


def test_the_server_is_killed_and_started_again(visit, tmp_path):
    """The picture stays; the page reconnects by itself; the first change counts; the link is as it was."""
    with serving(tmp_path) as server:
        page = visit(server)
        page.get_by_text(SUMS).first.wait_for()
        heatmap(page, 2, (5, 3, 7)).wait_for()
        address = page.url
        server.kill()
        page.locator("[data-testid=stApp]:not([data-test-connection-state=CONNECTED])").wait_for()
        assert page.get_by_text(SUMS).first.is_visible()
        assert heatmap(page, 2, (5, 3, 7)).is_visible()
        assert page.url == address
        server.start()
        wait_until(lambda: server.metrics()["mergescope_sessions"] == 1, "the page is back")
        page.get_by_label("Operation").click()
        page.get_by_role("option", name="Subtract").click()
        page.wait_for_function("location.search.includes('op=Subtract')")
        settle(page)
        assert "cell=2%2C1%2C4" in page.url
        assert page.get_by_label("Shape of input 1").input_value() == "5,1,7"
        page.get_by_text(re.compile(r"\(2, 1, 4\): [−-]?\d+ = \d+ [−-] \d+")).first.wait_for()
        assert "Traceback" not in words(page)


@pytest.mark.slow
def test_an_upload_is_asked_for_again(visit, tmp_path):
    """Files are nowhere but in memory, so after a restart the page asks for the file; the rest is still there."""
    stream = BytesIO()
    np.save(stream, np.arange(6.0).reshape(2, 3))
    file = {"name": "a.npy", "mimeType": "application/octet-stream", "buffer": stream.getvalue()}
    with serving(tmp_path) as server:
        page = visit(server, "Merge_lab?s0=2,3&s1=2,3&f1=file&seed=17")
        page.locator("input[type=file]").set_input_files(file)
        heatmap(page, 2, (2, 3)).wait_for()
        server.kill()
        server.start()
        wait_until(lambda: server.metrics()["mergescope_sessions"] == 1, "the page is back")
        page.get_by_role("button", name="Options").click()
        page.get_by_label("Seed of random values").fill("18")
        page.keyboard.press("Enter")
        page.wait_for_function("location.search.includes('seed=18')")
        settle(page)
        assert "f1=file" in page.url
        assert "Files are not stored in the link." in words(page)


def kill_sandboxes(pid: int) -> int:
    """End all processes that a server has started; how many there were."""
    killed = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):  # processes come and go
            if f"\nPPid:\t{pid}\n" in status.read_text(errors="replace"):
                os.kill(int(status.parent.name), signal.SIGKILL)
                killed += 1
    return killed


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").exists(), reason="reads /proc")
def test_the_sandbox_is_killed(visit, tmp_path):
    """While it is asked and while it is idle: the page is whole, and Keras answers again."""
    with serving(tmp_path, MERGESCOPE_SANDBOX="on") as server:
        page = visit(server)
        page.get_by_text("Same values as Keras").first.wait_for(timeout=PATIENCE_MS)
        answers = 'mergescope_sandbox_answers_total{sandbox="sandbox.verification.worker"}'
        for number, shape in enumerate(("5,3,7", "5,1,1"), 2):
            assert kill_sandboxes(server.process.pid)
            page.get_by_label("Shape of input 1").fill(shape)
            page.keyboard.press("Enter")
            wait_until(lambda number=number: server.metrics()[answers] >= number, "Keras answers again")
            page.get_by_text("Same values as Keras").first.wait_for()
        assert server.metrics()['mergescope_sandbox_starts_total{sandbox="sandbox.verification.worker"}'] == 3


@pytest.mark.slow
def test_the_sandbox_has_too_little_memory(visit, tmp_path):
    """Keras cannot even start: the numbers are there all the same, and the page says that they are not checked."""
    with serving(tmp_path, MERGESCOPE_SANDBOX="on", MERGESCOPE_SANDBOX_MEMORY_BYTES="200000000") as server:
        page = visit(server)
        page.get_by_text("these values have not been compared").first.wait_for(timeout=PATIENCE_MS)
        page.get_by_text(SUMS).first.wait_for()
        assert "Keras did not reply (its process did not start)" in words(page)


@pytest.mark.slow
def test_the_network_is_gone_for_a_while(visit, tmp_path):
    """Offline and online again: same session, same picture, nothing typed is lost."""
    with serving(tmp_path) as server:
        page = visit(server)
        page.get_by_label("Shape of input 1").fill("5,3,1")
        page.keyboard.press("Enter")
        page.wait_for_function("decodeURIComponent(location.search).includes('s1=5,3,1')")
        os.kill(server.process.pid, signal.SIGSTOP)
        page.get_by_label("Shape of input 1").fill("5,1,1")
        page.keyboard.press("Enter")
        page.wait_for_timeout(1_500)
        assert heatmap(page, 2, (5, 3, 7)).is_visible()
        os.kill(server.process.pid, signal.SIGCONT)
        page.wait_for_function("decodeURIComponent(location.search).includes('s1=5,1,1')")
        settle(page)
        assert page.get_by_label("Shape of input 1").input_value() == "5,1,1"
