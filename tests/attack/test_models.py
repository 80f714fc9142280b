"""Hostile models by upload, run where they can be: the server lives, its memory comes back, others are unaffected."""

import asyncio
import time
from pathlib import Path

import pytest

from bench.load_visitor import visiting
from tests.asynchronous import run_async
from tests.attack.conftest import Attacker
from tests.attack.files import FILES, MODEL
from tests.deploy.hosted import serving
from tests.patience import PATIENCE
from tests.sandbox.calls import LINUX
from tests.sandbox.hostile import WEIGHTS, archive, layer, model, tensor
from tests.sandbox.keras_models import endless, greedy, saved

pytestmark = pytest.mark.keras

MOST_GROWTH = 100_000_000  # bytes; the corpus itself has 60 MB, and some of it claims terabytes
MOST_CHILDREN = 1  # a process with Keras imported, for the next who opens a model; it has seen nothing foreign
STOPPED = ("was stopped", "ended unexpectedly")  # by its time, by its memory, or by the system for want of it


def files_that_fail_when_run() -> dict[str, tuple[bytes, tuple[str, ...]]]:
    """What only shows when it is loaded or run: the file, and what is said in the end. Made with Keras."""
    return {
        "memory": (saved(greedy()), STOPPED),
        "time": (saved(endless()), STOPPED),
        **{
            f"weights: {what}": (archive(model(layer("Add", "a", [[[tensor("x"), tensor("x")]]])), content), (part,))
            for what, (content, part) in WEIGHTS.items()
        },
    }


@pytest.mark.slow
@pytest.mark.skipif(not LINUX, reason="reads /proc")
def test_hostile_models_do_no_harm(tmp_path):
    """All of them by one tab, again and again, while another tab at another page gets its pictures."""
    settings = {"MERGESCOPE_SANDBOX": "on", "MERGESCOPE_SANDBOX_SECONDS": "20"}
    with serving(tmp_path, **settings, MERGESCOPE_MAX_SESSION_UPLOAD_BYTES="0") as replica:
        attacker, failing = Attacker(replica), files_that_fail_when_run()
        run_async(_attack(attacker, failing))
        before = _held(replica.process.pid)
        run_async(_attack(attacker, dict(list(failing.items())[:4])))
        assert _held(replica.process.pid) - before < MOST_GROWTH
        assert attacker.alive()
        assert attacker.tracebacks() == []


async def _attack(attacker, failing):
    """One round."""
    async with visiting(attacker.address) as neighbour, visiting(attacker.address) as visitor:
        await neighbour.open("Merge_lab", "op=Multiply&s0=5,1,7&s1=5,3,7")
        await visitor.open(*MODEL[:2])
        for number, (place, name, content, sentence) in enumerate(FILES.values()):
            if place is MODEL:
                run = await visitor.give(MODEL[2], name, content, attacker.post)
                assert sentence in run.text.replace("\\", "")
                assert run.faults == []
                await _check(neighbour, number)
        for number, (content, sentence) in enumerate(failing.values()):
            await visitor.give(MODEL[2], "m.keras", content, attacker.post)
            await _answer(visitor, neighbour, number, sentence)
        await visitor.give(MODEL[2], "m.keras", b"", attacker.post)  # the last model is let go of
        await _until(lambda: len(_children(attacker.replica.process.pid)) <= MOST_CHILDREN)


async def _answer(visitor, neighbour, number, sentences):
    """One of these is said in the end; the page looks again by itself."""
    end = time.monotonic() + PATIENCE
    run = await visitor.change()
    while not any(sentence in run.text.replace("\\", "") for sentence in sentences):
        assert time.monotonic() < end, run.text
        await visitor.think(1)
        await _check(neighbour, number)
        run = await visitor.change(**{key: True for key in visitor.widgets if key == "mstart"})  # until it is asked for
    assert run.faults == []


async def _check(neighbour, number):
    """The other tab is answered, and rightly."""
    size = 2 + number % 5
    run = await neighbour.change(s0=f"{size},1,7", s1=f"{size},3,7")
    assert f"({size}, 1, 7), ({size}, 3, 7) → ({size}, 3, 7)" in run.text.replace("\\", "")


async def _until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.2)


def _children(pid):
    """Processes for models that a process has started and that have not ended."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
            asked = entry.with_name("cmdline").read_bytes()
        except OSError:
            continue
        if fields[1] == str(pid) and fields[0] != "Z" and b"sandbox.model_run.worker" in asked:
            found.append(int(entry.parent.name))
    return found


def _held(pid):
    """Bytes of memory that it holds by itself."""
    fields = Path(f"/proc/{pid}/smaps_rollup").read_text().split()
    return int(fields[fields.index("Rss:") + 1]) * 1024
