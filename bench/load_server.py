"""Servers under load: started on a free port of this machine, with a look at what they take."""

from __future__ import annotations

import contextlib
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
# The same without the collection of all garbage after each run, which is most of its work: a harder measure.
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
        process: of the server itself; its sandboxes are others.
    """

    address: str
    process: subprocess.Popen[bytes]

    def memory(self) -> float:
        """MB of 1,000,000 bytes that are resident now; 0 where there is no /proc."""
        try:
            pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        except OSError:
            return 0.0
        return pages * 4096 / 1e6

    def processor(self) -> float:
        """Seconds of one core that the server itself has used; 0 where there is no /proc."""
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / 100


@contextlib.contextmanager
def serving(script: str) -> Iterator[Server]:
    """A Streamlit server with the settings of this repository, stopped at the end.

    Args:
        script: path of the app.
    """
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", port, "--server.headless", "true"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=_ROOT, **quiet) as process:
        try:
            server = Server(f"http://127.0.0.1:{port}", process)
            wait_for_health(server)
            yield server
        finally:
            process.terminate()
            process.wait(20)


def wait_for_health(server: Server) -> None:
    """Wait until a server answers.

    Raises:
        TimeoutError: it does not, or it has ended.
    """
    for _ in range(900):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{server.address}/_stcore/health", timeout=2):  # noqa: S310  # our own address
            return
        if server.process.poll() is not None:
            break
        sleep(0.2)
    raise TimeoutError(server.address)
