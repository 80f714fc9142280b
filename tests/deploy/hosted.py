"""The app as it is hosted: `serve.py` some times, behind the nginx of `deploy/nginx/`, all on this machine."""

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.patience import PATIENCE
from ui.hosting.workers import find_nginx, nginx_configuration

ROOT = Path(__file__).parent.parent.parent
NGINX = find_nginx()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def free_pair() -> int:
    """The first of two neighbouring ports, below those that the system gives to connections."""
    for _ in range(1_000):
        first = random.randrange(20_000, 32_000)
        with contextlib.suppress(OSError), socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", first))
            other.bind(("127.0.0.1", first + 1))
            return first
    raise OSError("no two neighbouring ports are free")


class Replica:
    """One server on a port of its own, which it keeps when it is started again."""

    def __init__(self, folder: Path, *, before: tuple[str, ...] = (), **settings: str):
        self.before = before  # a command that starts the server, such as one that sets limits
        self.port, self.metrics_port, self.log = free_port(), free_port(), folder / f"replica-{free_port()}.log"
        self._settings = {
            "STREAMLIT_SERVER_ADDRESS": "127.0.0.1",
            "STREAMLIT_SERVER_PORT": str(self.port),
            "STREAMLIT_SERVER_COOKIE_SECRET": "the same for all replicas",
            "MERGESCOPE_METRICS_PORT": str(self.metrics_port),
            "MERGESCOPE_SANDBOX": "off",
            **settings,
        }
        self.address = f"http://127.0.0.1:{self.port}"
        self.process = None

    def start(self) -> None:
        command = [*self.before, sys.executable, "serve.py"]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, **self._settings}, stdout=log, stderr=log
            )
        wait_until(lambda: answer(f"{self.address}/_stcore/health")[0] == 200, "a replica answers", self.process)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(120)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(120)

    def metrics(self) -> dict[str, float]:
        """Its metrics, by name."""
        text = answer(f"http://127.0.0.1:{self.metrics_port}/metrics")[2]
        rows = (line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))
        return {name: float(value) for name, value in rows}


@contextlib.contextmanager
def serving(folder: Path, **options):
    """One replica without a proxy."""
    replica = Replica(folder, **options)
    try:
        replica.start()
        yield replica
    finally:
        replica.stop()


class Hosted:
    """Replicas and the proxy before them."""

    def __init__(self, folder: Path, replicas: list[Replica]):
        self.replicas, self.port, self._folder = replicas, free_port(), folder
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = folder / "proxy.log"

    def start_proxy(self) -> subprocess.Popen:
        ports = [replica.port for replica in self.replicas]
        file = nginx_configuration(self._folder, f"127.0.0.1:{self.port}", ports, log=str(self.log))
        process = subprocess.Popen([NGINX, "-c", str(file), "-g", "daemon off;"], stderr=subprocess.PIPE)
        wait_until(lambda: answer(f"{self.address}/proxy-health")[0] == 200, "the proxy answers", process)
        return process

    def served(self, path: str) -> list[int]:
        """Ports of the replicas that answered a path, from the proxy's log; waits until the log has the path.

        nginx writes a line after it has sent the answer, and its workers write in any order.
        """
        wait_until(lambda: self._rows(path), f"the proxy has logged {path}")
        tried = [row["replica"].split(", ") for row in self._rows(path)]
        return [int(address.rsplit(":", 1)[-1]) for addresses in tried for address in addresses if address]

    def _rows(self, path: str) -> list[dict]:
        lines = self.log.read_text().splitlines(keepends=True)
        rows = [json.loads(line) for line in lines if line.endswith("\n")]
        return [row for row in rows if row["path"] == path]


@contextlib.contextmanager
def hosted(folder: Path, count: int = 2, **settings: str):
    """Replicas behind a proxy, ended with all that belongs to them."""
    site = Hosted(folder, [Replica(folder, **settings) for _ in range(count)])
    proxy = None
    try:
        for replica in site.replicas:
            replica.start()
        proxy = site.start_proxy()
        yield site
    finally:
        if proxy:
            proxy.terminate()
            proxy.wait(120)
            proxy.stderr.close()
        for replica in site.replicas:
            replica.stop()


def answer(address: str, *, method: str = "GET", headers: dict | None = None, data: bytes | None = None):
    """Status, headers and text of an answer, whatever it is; status 0 where there is none."""
    request = urllib.request.Request(address, method=method, headers=headers or {}, data=data)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as got:
            return got.status, got.headers, got.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode("utf-8", "replace")
    except (OSError, ValueError):
        return 0, {}, ""


def handshake(address: str, **headers: str) -> int:
    """Status of a WebSocket handshake with these headers; 101 where it is accepted."""
    host, port = address.removeprefix("http://").split(":")
    sent = {
        "Host": f"{host}:{port}",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        connection.sendall(f"GET /_stcore/stream HTTP/1.1\r\n{lines}\r\n".encode())
        return int(connection.recv(64).split()[1])


def heatmap(page, number: int, shape: tuple[int, ...]):
    """The heatmap of a tensor: inputs from 0, then the output; its name ends with the shape."""
    return page.locator(f".tensor-view canvas.over[data-panel='{number}'][aria-label$='{shape}']")


def wait_until(condition, what: str, process=None, seconds: float = 300.0) -> None:
    """Look again and again; a process that has ended meanwhile ends the wait."""
    end = time.monotonic() + seconds
    while not condition():
        assert process is None or process.poll() is None, f"{what}: the process has ended"
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        time.sleep(0.1)
