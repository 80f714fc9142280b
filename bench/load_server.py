"""Servers under load: started on a free port of this machine, with a look at what they take."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from time import sleep

_ROOT = Path(__file__).parent.parent

MINIMAL = """
import numpy as np
import plotly.graph_objects as go
import streamlit as st

values = np.random.default_rng(0).random((20, 20, 256))
channel = st.selectbox("Channel", list(range(256)), key="channel")
st.plotly_chart(go.Figure(go.Heatmap(z=values[..., channel])))
"""
# The same with garbage collection as it would be set by an expert, which is most of its work: a harder comparison.
FROZEN = MINIMAL + """
import gc
@st.cache_resource
def settle():
    gc.collect()
    gc.freeze()
settle()
"""  # fmt: skip


@dataclass(frozen=True)
class Server:
    """One that runs.

    Attributes:
        address: such as `http://127.0.0.1:8501`.
        process: of the server, or of the one that started several; their sandboxes are not counted.
    """

    address: str
    process: subprocess.Popen[bytes]

    def memory(self) -> float:
        """MB of 1,000,000 bytes that are resident now; 0 where there is no /proc."""
        return sum(_memory(pid) for pid in self._pids())

    def processor(self) -> float:
        """Seconds of one core that it has used; 0 where there is no /proc."""
        return sum(_processor(pid) for pid in self._pids())

    def _pids(self) -> list[int]:
        """The process, and those that it has started, but for sandboxes."""
        return [self.process.pid, *(pid for pid in _children(self.process.pid) if not _is_sandbox(pid))]


def _memory(pid: int) -> float:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 / 1e6
    return 0.0


def _processor(pid: int) -> float:
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _children(pid: int) -> list[int]:
    """Processes that a process has started, and theirs."""
    found = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(child) for child in file.read_text().split()]
    return [*found, *(below for child in found for below in _children(child))]


def _is_sandbox(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return b"sandbox.processes.child_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return True


@contextlib.contextmanager
def serving(script: str) -> Iterator[Server]:
    """A Streamlit server with the settings of this repository, stopped at the end.

    Args:
        script: path of the app.
    """
    port = str(free_port())
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", port, "--server.headless", "true"]
    with _running(command, port, _ROOT, {}) as server:
        yield server


@contextlib.contextmanager
def hosting(workers: int = 1, *, folder: Path = _ROOT, **settings: str) -> Iterator[Server]:
    """`serve.py` with the public settings of a folder, stopped at the end.

    Args:
        workers: servers behind one port; more than 1 needs nginx.
        folder: of this repository, or of another commit.
        **settings: in the environment.
    """
    port = str(free_port())
    given = {
        "STREAMLIT_SERVER_ADDRESS": "127.0.0.1", "STREAMLIT_SERVER_PORT": port, "MERGESCOPE_METRICS_PORT": "0",
        **settings,
    }  # fmt: skip
    command = [sys.executable, "serve.py", *(["--workers", str(workers)] if workers > 1 else [])]
    with _running(command, port, folder, given) as server:
        yield server


@contextlib.contextmanager
def _running(command: list[str], port: str, folder: Path, settings: dict[str, str]) -> Iterator[Server]:
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=folder, env=os.environ | settings, stdout=quiet, stderr=quiet) as process:
        try:
            server = Server(f"http://127.0.0.1:{port}", process)
            _wait(server)
            yield server
        finally:
            process.terminate()
            process.wait(60)


def free_port() -> int:
    """A port that nothing listens on."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: Server) -> None:
    for _ in range(900):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{server.address}/_stcore/health", timeout=20):  # noqa: S310  # our own address
            return
        if server.process.poll() is not None:
            break
        sleep(0.2)
    raise TimeoutError(server.address)
