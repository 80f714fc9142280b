"""How a hall of 64, 128 and 256 people costs with one and with two workers: `python -m bench load_workers`.

`serve.py` is started as it is hosted, with its public settings; with two workers nginx keeps visitors with one of them.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from bench.load import load, warm_up
from bench.load_server import Server, hosting
from bench.timing import Row

SESSIONS = (64, 128, 256)
WORKERS = (1, 2)


def measure(*, seconds: float = 30.0, sessions: tuple[int, ...] = SESSIONS) -> list[Row]:
    """A row for each number of sessions; the baseline is one worker. All figures are written to build/workers.json."""
    found: dict[int, dict[int, dict[str, float]]] = {}
    for workers in WORKERS:
        with hosting(workers, MERGESCOPE_MAX_SESSIONS="0") as server:
            warm_up(server)
            for count in sessions:
                found.setdefault(count, {})[workers] = _figures(server, count, seconds)
    target = Path("build/workers.json")
    target.parent.mkdir(exist_ok=True)
    state = {"load average at the end": os.getloadavg(), "processors": os.cpu_count()}
    target.write_text(json.dumps({"machine": state, "sessions": found}, indent=1), encoding="utf-8")
    return [row for count, by_workers in found.items() for row in _rows(count, by_workers)]


def _figures(server: Server, count: int, seconds: float) -> dict[str, float]:
    case = asyncio.run(load(server, count, seconds=seconds))
    return case.row() | {"runs a second": case.figures.runs / seconds}


def _rows(count: int, found: dict[int, dict[str, float]]) -> list[Row]:
    one, two = found[WORKERS[0]], found[WORKERS[-1]]
    wrong = two["errors"] + one["errors"]
    names = {"p50": "p50 of a rerun", "p95": "p95 of a rerun", "processor ms a run": "processor time a run"}
    rows = [
        Row(f"{text}, {count} sessions, 2 workers", two[name] / 1000, one[name] / 1000, "1 worker", "shown only", True)
        for name, text in names.items()
    ]
    runs = ("runs a second", two["runs a second"], one["runs a second"])
    rows.append(Row(f"{runs[0]}, {count} sessions, 2 workers", runs[1], runs[2], "1 worker", "shown only", True, ""))
    rows.append(Row(f"errors, {count} sessions", wrong, max(1.0, one["runs"]), "runs", "none", wrong == 0, ""))
    return rows


if __name__ == "__main__":
    for row in measure(seconds=float(sys.argv[1]) if len(sys.argv) > 1 else 30.0):
        print(f"{row.name:50} {row.figure:10.3f} {row.baseline:10.3f} {row.ratio:7.2f} {row.bound}", flush=True)
