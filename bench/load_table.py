"""The rows of `bench/load.py` with their targets, and a soak: `python -m bench.load_table`."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path

from bench.load import SESSIONS, Case, apps, come_and_go, compare, idle, load
from bench.load_server import Server
from bench.timing import Row

_COMING = 500
_IDLE = 64
_RATIOS = {"processor ms a run": 1.8, "p95": 5.0, "p50": 2.5}  # ours : frozen minimal app, with 64 sessions
_KILOBYTES = {"Attention_gate": 250.0, "Merge_lab": 25.0, "Gate_gallery": 60.0}  # a run, with 64 sessions
_MEMORY, _LEFT = 500.0, 20.0  # MB: the server with 64 sessions; what 500 who have come and gone leave behind
_SOAK_GROWTH = 1.1  # memory at the end of an hour : memory after ten minutes


def measure(*, seconds: float = 30.0, sessions: tuple[int, ...] = SESSIONS) -> list[Row]:
    """All rows; everything that was counted is written to build/load.json."""
    with apps() as servers:
        cases = {count: compare(servers, count, seconds=seconds) for count in sessions}
        most = cases[max(sessions)]
        rows = [row for count, found in cases.items() for row in _ratios(count, found, last=count == max(sessions))]
        rows += [*_kilobytes(most), _errors(most), _memory(most), _idle(servers), _left(servers)]
    found = {str(count): {name: case.row() for name, case in one.items()} for count, one in cases.items()}
    target = Path("build/load.json")
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return rows


def _ratios(count: int, found: dict[str, Case], *, last: bool) -> list[Row]:
    """Times beside those of the frozen minimal app, which is the harder comparison."""
    rows = []
    for name, most in _RATIOS.items():
        ours, frozen = (found[which].row()[name] / 1000 for which in ("ours", "frozen"))
        kept = not last or ours <= most * frozen
        bound = f"at most {most:g} : 1" if last else "shown only"
        what = "processor time a run" if name not in ("p50", "p95") else f"{name} of a rerun"
        rows.append(Row(f"{what}, {count} sessions", ours, max(frozen, 1e-9), "frozen minimal app", bound, kept))
    return rows


def _kilobytes(found: dict[str, Case]) -> list[Row]:
    ours, minimal = found["ours"].row(), found["frozen"].row()["KB a run"]
    return [
        Row(f"sent a run, {page}", ours[f"KB a run, {page}"], minimal, "frozen minimal app", f"at most {most:g} KB",
            ours[f"KB a run, {page}"] <= most, "KB")
        for page, most in _KILOBYTES.items()
    ]  # fmt: skip


def _errors(found: dict[str, Case]) -> Row:
    wrong = len(found["ours"].figures.faults)
    return Row("errors among its runs", wrong, found["ours"].figures.runs, "runs", "none", wrong == 0, "")


def _memory(found: dict[str, Case]) -> Row:
    ours, minimal = found["ours"].memory, found["frozen"].memory
    bound, kept = f"at most {_MEMORY:g} MB", ours <= _MEMORY
    return Row("memory of the server, most sessions", ours, max(minimal, 1e-9), "frozen minimal app", bound, kept, "MB")


def _idle(servers: dict[str, Server]) -> Row:
    ours, minimal = (asyncio.run(idle(servers[name], _IDLE)) for name in ("ours", "frozen"))
    return Row(
        "memory for an idle session", ours, max(minimal, 0.01), "frozen minimal app", "under 1 MB", ours < 1, "MB"
    )


def _left(servers: dict[str, Server]) -> Row:
    """What 500 sessions leave behind; Streamlit itself keeps the last 128 that closed, so 160 come and go before."""
    left = {}
    for name in ("frozen", "ours"):
        asyncio.run(come_and_go(servers[name], 160))
        before = servers[name].memory()
        asyncio.run(come_and_go(servers[name], _COMING))
        left[name] = servers[name].memory() - before
    kept, baseline = left["ours"] <= _LEFT, max(left["frozen"], 0.01)
    bound = f"at most {_LEFT:g} MB"
    return Row("500 sessions came and went, left", left["ours"], baseline, "frozen minimal app", bound, kept, "MB")


async def soak(server: Server, sessions: int, *, seconds: float, think: float) -> tuple[Case, list[float]]:
    """A long load, and the memory of the server after each minute of it, in MB."""
    memory = []

    async def watch() -> None:
        while True:
            await asyncio.sleep(60)
            memory.append(server.memory())

    watching = asyncio.create_task(watch())
    case = await load(server, sessions, seconds=seconds, think=think)
    watching.cancel()
    return case, memory


def main() -> int:
    """`python -m bench.load_table [--sessions N] [--seconds S] [--think T]`: one load on this app alone, for a soak."""
    parser = argparse.ArgumentParser(prog="python -m bench.load_table")
    parser.add_argument("--sessions", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=3_600)
    parser.add_argument("--think", type=float, default=3.0)
    given = parser.parse_args()
    with apps() as servers:
        server = servers["ours"]
        case, memory = asyncio.run(soak(server, given.sessions, seconds=given.seconds, think=given.think))
    found = {**case.row(), "memory by minute, MB": [round(one) for one in memory], "faults": case.figures.faults[:5]}
    print(json.dumps(found, indent=1))
    grown = len(memory) > 10 and memory[-1] > _SOAK_GROWTH * memory[9]
    return 1 if case.figures.faults or grown else 0


if __name__ == "__main__":
    sys.exit(main())
