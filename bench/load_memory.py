"""Memory of the hosted server under links at its limits, beside the first release: `python -m bench.load_memory`.

Each round opens some tabs at once, all at links whose tensors are as large as the public settings allow, waits for
their pictures, closes them, and looks at the memory of the server process (its sandbox is off) for a minute.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from bench.load_server import Server, hosting
from bench.load_visitor import visiting

_ROOT = Path(__file__).parent.parent
FIRST_RELEASE = "24205ee"
LINKS = {  # at the limit of one tensor, six of them; at the limit of one merge
    "6 inputs of 2,000,000 elements": "op=Add&n=6&" + "&".join(f"s{n}=1000,2000&f{n}=normal" for n in range(6)),
    "3 x 1,500,000 elements": "op=Add&n=2&s0=1000,1500&s1=1000,1500&f0=normal&f1=normal",
}
TABS = (1, 4, 16, 64)
PEAK, KEPT = 1_200.0, 200.0  # MB: the targets with 16 and 64 tabs
_SETTLE = 75.0  # seconds after all tabs are closed; a session is kept for 60
_LOOK = 0.05


@dataclass
class Round:
    """Memory of one round, in MB.

    Attributes:
        tabs: at once.
        peak: the largest.
        after: when `_SETTLE` seconds had passed after all had left.
        received: by each tab.
        seconds: until the last tab had its picture.
        faults: exceptions on screen and broken connections.
    """

    tabs: int
    peak: float
    after: float
    received: float
    seconds: float
    faults: list[str]


@contextlib.contextmanager
def commit(name: str) -> Iterator[Path]:
    """The files of a commit of this repository in a folder of their own, removed at the end."""
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(["git", "archive", name], cwd=_ROOT, check=True, capture_output=True).stdout  # noqa: S607
        subprocess.run(["tar", "x"], cwd=folder, input=archive, check=True)  # noqa: S607
        yield Path(folder)


async def round_of(server: Server, tabs: int, link: str, seed: int) -> Round:
    """Open tabs at once, each with another seed, and watch the server."""
    peak, begun, faults, sizes = [server.memory()], perf_counter(), [], []

    async def watch() -> None:
        while True:
            peak[0] = max(peak[0], server.memory())
            await asyncio.sleep(_LOOK)

    async def visit(number: int) -> None:
        try:
            async with visiting(server.address) as visitor:
                run = await visitor.open("Merge_lab", f"{link}&seed={1_000 * seed + number}")
                faults.extend(run.faults)
                sizes.append(run.size)
        except Exception as error:  # whatever it is, it is counted and shown
            faults.append(f"{type(error).__name__} {error}")

    watching = asyncio.create_task(watch())
    await asyncio.gather(*(visit(number) for number in range(tabs)))
    seconds = perf_counter() - begun
    await asyncio.sleep(_SETTLE)
    watching.cancel()
    received = sum(sizes) / max(1, len(sizes)) / 1e6
    return Round(tabs, peak[0], server.memory(), received, seconds, faults)


def measure(folder: Path, link: str, tabs: tuple[int, ...]) -> tuple[float, list[Round]]:
    """Memory after a small picture, and all rounds, on one fresh server."""
    with hosting(folder=folder, MERGESCOPE_SANDBOX="off") as server:

        async def rounds() -> tuple[float, list[Round]]:
            async with visiting(server.address) as visitor:
                await visitor.open("Merge_lab")
            before = server.memory()
            return before, [await round_of(server, count, link, number) for number, count in enumerate(tabs)]

        return asyncio.run(rounds())


def main() -> int:
    """Print a table; exit 1 if a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.load_memory")
    parser.add_argument("--tabs", type=int, nargs="+", default=list(TABS))
    parser.add_argument("--against", default=FIRST_RELEASE, help="a commit; empty for none")
    given = parser.parse_args()
    found: dict[str, object] = {}
    kept = True
    for what, link in LINKS.items():
        before, rounds = measure(_ROOT, link, tuple(given.tabs))
        found[f"now, {what}"] = {"before": before, "rounds": [one.__dict__ for one in rounds]}
        for one in rounds:
            print(f"now      {what:32} {_line(one, before)}", flush=True)
            kept &= one.peak <= PEAK and one.after - before <= KEPT and not one.faults
    if given.against:
        with commit(given.against) as folder:
            for what, link in LINKS.items():
                before, rounds = measure(folder, link, tuple(count for count in given.tabs if count <= 16))
                found[f"{given.against}, {what}"] = {"before": before, "rounds": [one.__dict__ for one in rounds]}
                for one in rounds:
                    print(f"{given.against:8} {what:32} {_line(one, before)}", flush=True)
    target = Path("build/memory.json")
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(found, indent=1), encoding="utf-8")
    print(f"Targets: peak at most {PEAK:,.0f} MB, at most {KEPT:,.0f} MB more than before when all have left.")
    return 0 if kept else 1


def _line(one: Round, before: float) -> str:
    parts = [f"{one.tabs:3} tabs", f"before {before:6.0f} MB", f"peak {one.peak:6.0f} MB", f"left {one.after:6.0f} MB"]
    return ", ".join([*parts, f"{one.received:5.1f} MB a tab", f"{one.seconds:5.1f} s", f"{len(one.faults)} errors"])


if __name__ == "__main__":
    sys.exit(main())
