"""`python serve.py --workers 2`: one port, two servers, each visitor with one of them; all end together."""

import asyncio
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bench.load_visitor import visiting
from tests.deploy.hosted import NGINX, ROOT, answer, free_pair, free_port, wait_until
from tests.patience import PATIENCE
from tests.sandbox.calls import gone
from ui.hosting.workers import nginx_configuration

needs_nginx = pytest.mark.skipif(NGINX is None, reason="nginx is not installed; `make proxy` installs it")


@pytest.fixture
def site(tmp_path):
    """Two workers; gives the process, its address and the ports of the metrics."""
    port, metrics = free_port(), free_pair()
    settings = {
        "STREAMLIT_SERVER_ADDRESS": "127.0.0.1", "STREAMLIT_SERVER_PORT": str(port), "MERGESCOPE_SANDBOX": "off",
        "MERGESCOPE_METRICS_PORT": str(metrics),
    }  # fmt: skip
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "serve.py", "--workers", "2"], cwd=ROOT, env=os.environ | settings, stdout=log, stderr=log
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: answer(f"{address}/proxy-health")[0] == 200, "the port answers", process)
        yield process, address, [metrics, metrics + 1]
    finally:
        process.terminate()
        process.wait(120)


def sessions(port):
    text = answer(f"http://127.0.0.1:{port}/metrics")[2]
    return sum(float(line.split()[1]) for line in text.splitlines() if line.startswith("mergescope_sessions "))


def children(pid):
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            if f"\nPPid:\t{pid}\n" in status.read_text(errors="replace"):
                found.append(int(status.parent.name))
        except OSError:  # processes come and go
            continue
    return found


@needs_nginx
@pytest.mark.skipif(not Path("/proc").exists(), reason="reads /proc")
def test_two_workers(site):
    """Visitors are spread over both, a worker that dies is started again, and a signal ends everything."""
    process, address, metrics = site

    async def come(count):
        async with AsyncExitStack() as stack:
            for _ in range(count):
                visitor = await stack.enter_async_context(visiting(address))
                assert (await visitor.open()).faults == []
            return [sessions(port) for port in metrics]

    with ThreadPoolExecutor(1) as thread:  # a loop already runs in this thread once Playwright has started
        counts = thread.submit(asyncio.run, come(16)).result()
    assert sum(counts) == 16
    assert min(counts) > 0
    started = children(process.pid)
    assert len(started) == 3
    worker = next(pid for pid in started if b"streamlit" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: set(children(process.pid)) - set(started) and len(children(process.pid)) == 3, "another starts")
    wait_until(lambda: all(answer(f"http://127.0.0.1:{port}/metrics")[0] == 200 for port in metrics), "both answer")
    last = children(process.pid)
    process.send_signal(signal.SIGTERM)
    assert process.wait(120) == 0
    assert all(gone(pid) for pid in last)


def test_without_nginx_it_says_what_to_do(tmp_path):
    """And so it does for a number that makes no sense."""
    for workers, path in (("2", str(tmp_path)), ("0", os.environ["PATH"]), ("999", os.environ["PATH"])):
        code = (
            "import sys; sys.argv = ['serve.py', '--workers', sys.argv[1]]; import serve, ui.hosting.workers as w\n"
            f"w.find_nginx = lambda: {None if path == str(tmp_path) else 'nginx'!r}\nsys.exit(serve.main())"
        )
        run = subprocess.run(
            [sys.executable, "-c", code, workers],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert run.returncode == 2
        assert "--workers" in run.stderr.splitlines()[-1]
        assert "Traceback" not in run.stderr


def test_a_changed_configuration_is_noticed(tmp_path, monkeypatch):
    """What is replaced in the shipped file must be there, or nginx would listen on another port."""
    changed = tmp_path / "shipped.conf"
    changed.write_text("listen 9999;")
    monkeypatch.setattr("ui.hosting.workers._CONFIGURATION", changed)
    with pytest.raises(ValueError, match="any more"):
        nginx_configuration(tmp_path, "127.0.0.1:1", [2])
