"""The rows and the full figures of `bench/load.py`."""

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


def measure(*, seconds: float = 30.0, sessions: tuple[int, ...] = SESSIONS) -> list[Row]:
    """All rows, and everything that was counted in build/load.json."""
    with apps() as servers:
        cases = {count: compare(servers, count, seconds=seconds) for count in sessions}
        rows = [_rerun(count, found) for count, found in cases.items()]
        rows += [_errors(found) for count, found in cases.items() if count == max(sessions)]
        rows += [_idle(servers), _left(servers)]
    told = {str(count): {name: case.row() for name, case in found.items()} for count, found in cases.items()}
    target = Path("build/load.json")
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(told, indent=1), encoding="utf-8")
    return rows


def _rerun(count: int, found: dict[str, Case]) -> Row:
    ours, minimal = (found[name].row()["p95"] / 1000 for name in ("ours", "minimal"))
    kept = count < max(SESSIONS) or ours <= 1.5 * minimal
    bound = "at most 1.5 times" if count == max(SESSIONS) else "told only"
    return Row(f"p95 of a rerun, {count} sessions on all pages", ours, minimal, "app with one heatmap", bound, kept)


def _errors(found: dict[str, Case]) -> Row:
    wrong = len(found["ours"].figures.faults)
    return Row("errors among its runs", wrong, len(found["ours"].figures.again), "runs", "none", wrong == 0, "")


def _idle(servers: dict[str, Server]) -> Row:
    ours, minimal = (asyncio.run(idle(servers[name], _IDLE)) for name in ("ours", "minimal"))
    return Row("memory for an idle session", ours, minimal, "app with one heatmap", "under 1 MB", ours < 1, "MB")


def _left(servers: dict[str, Server]) -> Row:
    """What 500 sessions leave behind; Streamlit itself keeps the last 128 that closed, so 160 come and go before."""
    left = {}
    for name in ("minimal", "ours"):
        asyncio.run(come_and_go(servers[name], 160))
        before = servers[name].memory()
        asyncio.run(come_and_go(servers[name], _COMING))
        left[name] = servers[name].memory() - before
    kept = left["ours"] <= 20
    baseline = max(left["minimal"], 0.01)
    return Row("500 sessions came and went, left", left["ours"], baseline, "app with one heatmap", "20 MB", kept, "MB")


def main() -> int:
    """`python -m bench.load_table [--sessions N] [--seconds S] [--think T]`: one load on our app alone, for a soak."""
    parser = argparse.ArgumentParser(prog="python -m bench.load_table")
    parser.add_argument("--sessions", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=3_600)
    parser.add_argument("--think", type=float, default=3.0)
    told = parser.parse_args()
    with apps() as servers:
        before = servers["ours"].memory()
        case = asyncio.run(load(servers["ours"], told.sessions, seconds=told.seconds, think=told.think))
        grown = servers["ours"].memory() - before
    print(json.dumps({**case.row(), "grown MB": grown, "faults": case.figures.faults[:5]}, indent=1))
    return 1 if case.figures.faults else 0


if __name__ == "__main__":
    sys.exit(main())
