"""One worker, two workers, a cluster over TCP, and processes that are killed: the same results to the bit."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from core import MergeError
from survey import engine
from survey.command import main
from survey.results import open_results
from tests.patience import PATIENCE
from tests.sandbox.calls import until
from tests.survey import models

pytest.importorskip("distributed")
pytestmark = pytest.mark.keras

ROOT = Path(__file__).parents[2]
COUNT = 200  # four shards


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    path = tmp_path_factory.mktemp("stack") / "images.npz"
    images = models.images(COUNT)
    images[77] = np.nan
    np.savez(path, images=images, masks=images[..., 0] > 1)
    return path


def command(model_file, stack, out, *more):
    return [str(model_file), str(stack), "--out", str(out), *map(str, more)]


@pytest.fixture(scope="module")
def surveyed(tmp_path_factory, model_file, stack):
    """The survey by one worker: the results that all others are compared with."""
    out = tmp_path_factory.mktemp("one") / "out"
    assert main(command(model_file, stack, out, "--workers", 1)) == 0
    return out


def same(first, second):
    """Whether two complete surveys are equal to the bit."""
    one, other = open_results(first), open_results(second)
    assert one.complete
    assert other.complete
    assert one.count == other.count == COUNT
    for ours, theirs in zip(one._states, other._states, strict=True):
        assert all(np.array_equal(ours[name], theirs[name], equal_nan=ours[name].dtype.kind == "f") for name in ours)
    for name in ("images.parquet", "maps.parquet"):
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_the_table(model_file, stack, surveyed, capsys):
    """What the command prints, as text and as JSON; a complete survey is only printed."""
    assert main(command(model_file, stack, surveyed)) == 0
    printed = capsys.readouterr().out
    assert "200 images, 0 with an error, 1 with NaN or infinity in the prediction" in printed
    assert "not finite 0.5 %" in printed
    assert main(command(model_file, stack, surveyed, "--json")) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["complete"]
    assert [gate["gate"] for gate in found["gates"]] == list(models.GATES)
    assert found["gates"][0]["auc"] > 0
    assert found["odd"]["map"][0]["id"] == "images.npz#77"


@pytest.mark.slow
def test_two_workers_give_the_same_bits(tmp_path, model_file, stack, surveyed):
    assert main(command(model_file, stack, tmp_path / "out", "--workers", 2)) == 0
    same(surveyed, tmp_path / "out")


def test_what_is_rejected(tmp_path, model_file, stack, surveyed, capsys, monkeypatch):
    """One line each, status 2, and nothing of the earlier survey is lost."""
    (tmp_path / "none").mkdir()
    cases = {
        "differs: options": command(model_file, stack, surveyed, "--scale", "none"),
        "differs: images": [str(model_file), "seeds:0-1", "--out", str(surveyed)],
        "holds no images": command(model_file, tmp_path / "none", tmp_path / "out"),
        "cannot be read": command(tmp_path / "no.keras", stack, tmp_path / "out"),
        "images.npz is a file": command(model_file, stack, stack / "out"),
        "no merge nothing": command(model_file, stack, tmp_path / "out", "--gate", "nothing"),
        "takes": [str(model_file), "seeds:0-1", "--out", str(tmp_path / "out")],
    }
    for text, arguments in cases.items():
        assert main(arguments) == 2, text
        said = capsys.readouterr().err
        assert text in said
        assert said.count("\n") == 1
    assert open_results(surveyed).complete
    monkeypatch.setenv("MERGESCOPE_SURVEYS", "off")
    monkeypatch.setenv("MERGESCOPE_DASK", "tcp://127.0.0.1:1")
    with pytest.raises(MergeError, match="public server"):
        engine.scheduler_address(None)


def test_nothing_listens_for_other_machines():
    """Dask starts two HTTP servers; they are reached from this machine only."""
    import psutil

    before = {one.laddr for one in psutil.Process().net_connections("tcp") if one.status == "LISTEN"}
    with engine._client(None, 1):
        open_now = {one.laddr for one in psutil.Process().net_connections("tcp") if one.status == "LISTEN"}
    assert {address.ip for address in open_now - before} <= {"127.0.0.1"}


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.0 400 Bad Request\r\n\r\n"])
def test_an_address_without_a_scheduler(monkeypatch, sent):
    """A program that says nothing, and one that speaks HTTP: one sentence, and no waiting forever."""
    monkeypatch.setattr(engine, "_SECONDS_TO_CONNECT", 1)
    monkeypatch.setattr(engine, "_SECONDS_MORE", 0)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            with contextlib.suppress(OSError):  # the server is closed
                while True:
                    taken.append(server.accept()[0])
                    taken[-1].sendall(sent)

        taken: list[socket.socket] = []
        threading.Thread(target=answer, daemon=True).start()
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(MergeError, match=f"{address} cannot be reached: [a-z]"), engine._client(address, 1):
            pass
        for connection in taken:
            connection.close()


def started(*arguments, **options):
    return subprocess.Popen(
        [sys.executable, "-m", *arguments], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options
    )


@pytest.mark.slow
def test_a_driver_that_is_killed_is_continued(tmp_path, model_file, stack, surveyed):
    """Killed with -9 after the first shard: the second run does no shard twice and loses none."""
    out = tmp_path / "out"
    arguments = ["survey", *command(model_file, stack, out, "--workers", 1)]
    driver = started(*arguments)
    try:
        assert until(lambda: len(list(out.glob("shards/*.npz"))) >= 1, PATIENCE)
    finally:
        driver.kill()
        driver.wait()
    stored = {path: path.stat().st_mtime_ns for path in out.glob("shards/*.npz")}
    assert 1 <= len(stored) < 4
    assert open_results(out).count < COUNT
    times = {}
    again = started(*arguments)
    while again.poll() is None:
        times.update({path: path.stat().st_mtime_ns for path in stored if path.exists()})
        time.sleep(0.05)
    assert again.returncode == 0
    assert times == stored
    same(surveyed, out)


@contextlib.contextmanager
def cluster(folder):
    """A scheduler and two workers over TCP, each a process; yields the address and the workers."""
    environment, file = os.environ | {"PYTHONPATH": str(ROOT)}, folder / "scheduler.json"
    here = ("--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(file))
    scheduler = started("distributed.cli.dask_scheduler", *here, "--port", "0", env=environment)
    assert until(file.exists, PATIENCE)
    address = json.loads(file.read_text())["address"]
    workers = [
        started(
            "distributed.cli.dask_worker", *here, "--nthreads", "1", "--no-nanny",
            "--local-directory", str(folder / str(number)), env=environment,
        )
        for number in range(2)
    ]  # fmt: skip
    try:
        yield address, workers
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


@pytest.mark.slow
def test_a_cluster_and_a_worker_that_is_killed(tmp_path, model_file, stack, surveyed):
    """Two workers over TCP by `--scheduler`; then one of them is killed with -9 while it works."""
    with cluster(tmp_path) as (address, workers):
        arguments = ("--scheduler", address)
        assert main(command(model_file, stack, tmp_path / "whole", *arguments)) == 0
        same(surveyed, tmp_path / "whole")
        out = tmp_path / "out"
        driver = started("survey", *command(model_file, stack, out, *arguments))
        try:
            assert until(lambda: len(list(out.glob("shards/*.npz"))) >= 1 or (out / "result.json").exists(), PATIENCE)
            os.kill(workers[0].pid, signal.SIGKILL)
            assert driver.wait(PATIENCE) == 0
        finally:
            driver.kill()
    same(surveyed, out)
