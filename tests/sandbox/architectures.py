"""Opens the real architectures that `corpus/architectures.py` has written: lists, runs, and compares with the writer.

    python -m tests.sandbox.architectures FOLDER

prints the table of docs/model-files.md.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core import MergeError
from sandbox.model_file.file import read_model
from sandbox.model_run.handle import open_model

SECONDS = 600.0


@dataclass(frozen=True)
class Opened:
    """What became of one file.

    Attributes:
        name: of the file.
        megabytes: of the file.
        version: of the Keras that saved it.
        merges: how many of each operation.
        joins: how many other calls in which tensors meet.
        listed: seconds to list it.
        ran: seconds to start a process, load and run it.
        difference: largest difference from the writer's outputs, relative to their largest value.
        refused: why it was not run; empty if it was.
    """

    name: str
    megabytes: float
    version: str
    merges: dict[str, int]
    joins: int
    listed: float
    ran: float = 0.0
    difference: float = 0.0
    refused: str = ""


def opened(path: Path) -> Opened:
    """List and run one file."""
    content = path.read_bytes()
    begin = time.perf_counter()
    model = read_model(content, path.name)
    listed = time.perf_counter() - begin
    found = Opened(
        path.name, len(content) / 1e6, model.keras_version, dict(Counter(entry.operation for entry in model.merges)),
        len(model.joins), listed,
    )  # fmt: skip
    begin = time.perf_counter()
    try:
        handle = open_model(content, model=model)
        try:
            with np.load(path.with_suffix(".npz")) as values:
                run = handle.run({model.inputs[0].name: values["x"]}).result(SECONDS)
                assert run.failure is None, run.failure
                assert set(run.records) == {entry.id for entry in model.merges}
                pairs = [(out.value, values[f"out:{number}"]) for number, out in enumerate(run.outputs)]
        finally:
            handle.close()
    except MergeError as error:
        return Opened(**vars(found) | {"refused": str(error)})
    differences = [float(np.abs(ours - theirs).max() / max(1e-9, np.abs(theirs).max())) for ours, theirs in pairs
                   if ours is not None]  # fmt: skip
    return Opened(**vars(found) | {"ran": time.perf_counter() - begin, "difference": max(differences, default=0.0)})


def table(folder: Path) -> str:
    """The table in Markdown."""
    lines = [
        "| file | MB | Keras | merges | other joins | listed | run | difference |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for path in sorted((*folder.glob("*.keras"), *folder.glob("*.h5"))):
        one = opened(path)
        merges = ", ".join(f"{count} {name}" for name, count in sorted(one.merges.items())) or "none"
        end = f"{one.ran:.1f} s | {one.difference:.1e}" if not one.refused else f"{one.refused} | "
        begin = f"| `{one.name}` | {one.megabytes:.1f} | {one.version} | {merges} | {one.joins}"
        lines.append(f"{begin} | {one.listed:.2f} s | {end} |")
        print(lines[-1], file=sys.stderr)
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(Path(sys.argv[1])))
