"""Several servers on one machine behind one port: `python serve.py --workers N`.

nginx, with the configuration of `deploy/nginx/`, keeps each visitor with one server by a cookie, since a session and
its uploads live in one process. Each server is the same command with a port of its own.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from core import settings

_ROOT = Path(__file__).parents[2]
_CONFIGURATION = _ROOT / "deploy" / "nginx" / "nginx.conf"
_SECONDS_TO_START, _LOOK = 300.0, 0.5
_MOST = 64  # workers


def find_nginx() -> str | None:
    """Path of nginx, which may be installed where only root's path leads; None where it is not."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/sbin:/usr/local/sbin")


def nginx_configuration(folder: Path, listen: str, ports: Sequence[int], *, log: str = "/dev/stdout") -> Path:
    """Write the shipped configuration for servers on this machine.

    Args:
        folder: for the configuration and for all that nginx writes.
        listen: address and port for visitors.
        ports: of the servers, on 127.0.0.1.
        log: file for a line for each request.

    Returns:
        The file to start nginx with.

    Raises:
        ValueError: the shipped configuration no longer contains what is replaced.
    """
    text = _CONFIGURATION.read_text(encoding="utf-8")
    replicas, types = folder / "replicas.conf", folder / "mime.types"
    replicas.write_text("\n".join(f"server 127.0.0.1:{port} max_fails=1 fail_timeout=5s;" for port in ports))
    types.write_text("types { }")
    for shipped, here in (
        ("/etc/nginx/replicas.conf", str(replicas)), ("/etc/nginx/mime.types", str(types)),
        ("/tmp/nginx", str(folder / "nginx")), ("listen 8080;", f"listen {listen};"), ("/dev/stdout", log),  # noqa: S108
    ):  # fmt: skip
        if shipped not in text:
            raise ValueError(f"{_CONFIGURATION} has no {shipped!r} any more; ui/hosting/workers.py replaces it.")
        text = text.replace(shipped, here)
    file = folder / "nginx.conf"
    file.write_text(text, encoding="utf-8")
    return file


def run_workers(count: int, command: list[str]) -> int:
    """Run servers behind nginx until a signal ends them; a server that ends by itself is started again.

    Args:
        count: servers, at most 64.
        command: that runs a server; its port comes by the environment.

    Returns:
        The exit code: 0 after a signal, 1 where nginx has ended, 2 where it is not installed or the count makes no
        sense; the reason is on standard error.
    """
    nginx = find_nginx()
    if nginx is None or not 1 < count <= _MOST:
        reason = f"--workers takes 2 to {_MOST}" if nginx else "--workers needs nginx, which is not installed"
        sys.stderr.write(f"{reason}. Debian and Ubuntu: apt-get install nginx-light. docs/hosting.md has other ways.\n")
        return 2
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    with tempfile.TemporaryDirectory(prefix="mergescope-") as folder:
        return _Site(nginx, Path(folder), [_free_port() for _ in range(count)], command).run(stop)


class _Site:
    """nginx and its servers."""

    def __init__(self, nginx: str, folder: Path, ports: list[int], command: list[str]) -> None:
        self._nginx, self._folder, self._ports, self._command = nginx, folder, ports, command
        self._servers: dict[int, subprocess.Popen[bytes]] = {}
        self._secret = settings.streamlit("SERVER_COOKIE_SECRET", secrets.token_hex(32))

    def run(self, stop: threading.Event) -> int:
        proxy: subprocess.Popen[bytes] | None = None
        try:
            for port in self._ports:
                self._start(port)
            if not self._wait_for_servers(stop):
                return 0 if stop.is_set() else 1
            proxy = self._start_proxy()
            while proxy.poll() is None and not stop.wait(_LOOK):
                for port, server in self._servers.items():
                    if server.poll() is not None:
                        self._start(port)
            return 0 if stop.is_set() else 1
        finally:
            _end([*([proxy] if proxy else []), *self._servers.values()])

    def _start(self, port: int) -> None:
        number = self._ports.index(port)
        metrics = settings.number("METRICS_PORT", 0, least=0)
        environment = settings.environment(
            STREAMLIT_SERVER_ADDRESS="127.0.0.1",
            STREAMLIT_SERVER_PORT=str(port),
            STREAMLIT_SERVER_COOKIE_SECRET=self._secret,
            MERGESCOPE_METRICS_PORT=str(metrics + number if metrics else 0),
        )
        self._servers[port] = subprocess.Popen(self._command, cwd=_ROOT, env=environment)

    def _start_proxy(self) -> subprocess.Popen[bytes]:
        address = settings.streamlit("SERVER_ADDRESS", "127.0.0.1")
        listen = f"{address}:{settings.streamlit('SERVER_PORT', '8501')}"
        file = nginx_configuration(self._folder, listen, self._ports)
        return subprocess.Popen([self._nginx, "-c", str(file), "-g", "daemon off;"])

    def _wait_for_servers(self, stop: threading.Event) -> bool:
        for _ in range(int(_SECONDS_TO_START / _LOOK)):
            if all(map(_answers, self._ports)):
                return True
            if stop.wait(_LOOK) or any(server.poll() is not None for server in self._servers.values()):
                return False
        return False


def _end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def _answers(port: int) -> bool:
    with (
        contextlib.suppress(OSError),
        urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=20) as got,
    ):
        return bool(got.status == 200)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
