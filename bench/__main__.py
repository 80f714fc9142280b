"""`python -m bench [part ...]`: prints the table, writes it to build/bench.json, exits 1 if a limit is exceeded."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from bench.timing import Row

PARTS = (
    "merging",
    "command",
    "start",
    "tensor_view",
    "gate",
    "inspector",
    "notebook",
    "survey",
    "load_table",
    "load_workers",
)


def main(parts: list[str]) -> int:
    """Measure the named parts, or all."""
    rows = [row for part in parts or PARTS for row in import_module(f"bench.{part}").measure()]
    print(f"{'what':44} {'ours':>10} {'baseline':>10} {'ratio':>7}  limit")
    for row in rows:
        print(_line(row))
    target = Path("build/bench.json")
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps([{**asdict(row), "ratio": row.ratio} for row in rows], indent=1), encoding="utf-8")
    return 0 if all(row.kept for row in rows) else 1


def _line(row: Row) -> str:
    mark = "kept" if row.kept else "BROKEN"
    ours, theirs = (
        _time(side) if row.unit == "s" else f"{side:.2f} {row.unit}".rstrip() for side in (row.figure, row.baseline)
    )
    figures = f"{ours:>10} {theirs:>10} {row.ratio:7.3f}"
    return f"{row.name:44} {figures}  {mark}: {row.bound} ({row.against})"


def _time(seconds: float) -> str:
    scale, unit = next(
        pair for pair in ((1, "s"), (1e3, "ms"), (1e6, "µs")) if seconds * pair[0] >= 1 or pair[0] == 1e6
    )
    return f"{seconds * scale:.2f} {unit}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
