"""The gates as text: a list, a run step by step in a terminal, and the page `docs/gates.md`.

`python -m core.gates` lists them; `python -m core.gates se 2,20,20,256` runs one on seeded numbers.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from core.errors import MergeError, invalid_request
from core.gates import GATES, find_gate, run_gate
from core.gates.table import Gate
from core.gates.trace import GateTrace, Step
from core.limits import check_features
from core.merges.samples import make_sample
from core.merges.shape_text import parse_shape

FEATURE_AXES = ("batch", "rows", "columns", "channels")
_EXAMPLE, _SIGNAL = (1, 4, 6, 16), (1, 2, 3, 16)  # small features on which the axes can be told apart


def stretches(step: Step) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Which inputs of a merge are stretched along which axes of the result: (number of the input, axes)."""
    if step.alignment is None:
        return ()
    found = (
        (number, tuple(axis for axis, role in enumerate(entry.roles) if role in ("stretched", "inserted")))
        for number, entry in enumerate(step.alignment.inputs)
    )
    return tuple((number, axes) for number, axes in found if axes)


def example_run(row: Gate) -> GateTrace:
    """A gate on small seeded features."""
    g = make_sample("normal", _SIGNAL, number=1) if row.signal else None
    return run_gate(row.name, make_sample("normal", _EXAMPLE), g=g)


def gate_list() -> str:
    """One line for each gate: name, equation, merges."""
    width = max(map(len, GATES))
    return "\n".join(f"{row.name.ljust(width)}  {row.equation}  [{', '.join(row.merges)}]" for row in GATES.values())


def gate_text(trace: GateTrace) -> str:
    """A run: each step with its equation and shape, and under each merge what is stretched."""
    row = GATES[trace.gate]
    lines = [f"{row.title} ({trace.variant}): {row.equation_of(trace.variant)}", ""]
    width = max(len(step.name) for step in trace.steps)
    for step in trace.steps:
        lines.append(f"{step.name.ljust(width)}  {step.value.shape!s:18}  {step.equation or step.symbol}")
        lines += [f"{' ' * width}  {text}" for text in _merge_lines(trace, step)]
    trained = "trained" if all(trace.trained.values()) else "untrained"
    numbers = f"{trace.parameters:,} weights ({trained}), {trace.multiplications:,} multiplications"
    return "\n".join([*lines, "", numbers])


def gates_markdown() -> str:
    """The page on all gates: `docs/gates.md` is this text."""
    head = (
        "# Gates\n\nMade of the table in `core/gates/table.py` by `python -m core.gates --markdown > docs/gates.md`. "
        "B, H, W, C: batch, rows, columns and channels of the features x.\n"
    )
    return head + "".join(f"\n{_section(row)}" for row in GATES.values())


def _section(row: Gate) -> str:
    paper = f" ([arXiv:{row.paper}](https://arxiv.org/abs/{row.paper}))" if row.paper else ""
    trace = example_run(row)
    lines = [f"## {row.title}{paper}\n", f"`{row.equation}`\n"]
    lines += [f"{row.summary}\n"] if row.summary else []
    lines += [
        f"- name: `{row.name}`" + (f"; also {', '.join(f'`{name}`' for name in row.aliases)}" * bool(row.aliases))
    ]
    lines += [f"- shapes: {', '.join(f'{symbol} {shape}' for symbol, shape in row.shapes)}"] if row.shapes else []
    lines += [f"- forms: {', '.join(f'`{name}`' for name in row.variants)}"]
    for step in trace.merges:
        stretched = "; ".join(_merge_lines(trace, step)[1:]) or "nothing is stretched"
        lines.append(f"- {step.alignment.operation if step.alignment else ''}: {step.equation} ({stretched})")
    return "\n".join(lines) + "\n"


def _merge_lines(trace: GateTrace, step: Step) -> list[str]:
    if step.alignment is None:
        return []
    lines = [f"{step.alignment.operation} of {', '.join(map(str, step.alignment.shapes))}"]
    for number, axes in stretches(step):
        names = ", ".join(FEATURE_AXES[axis] if axis < len(FEATURE_AXES) else f"axis {axis}" for axis in axes)
        lines.append(f"{trace.step(step.inputs[number]).symbol} is stretched over {names}")
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the list, a run or the page and return 0; write what is wrong on standard error and return 2."""
    options = _parser().parse_args(arguments)
    try:
        sys.stdout.write(_asked(options) + ("" if options.markdown else "\n"))
    except MergeError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _asked(options: Any) -> str:
    if options.markdown:
        return gates_markdown()
    if options.gate is None:
        return gate_list()
    row, shape = find_gate(options.gate), _sizes(options.shape)
    coarse = (
        (shape[0], max(1, shape[1] // 2), max(1, shape[2] // 2), shape[3]) if options.g is None else _sizes(options.g)
    )
    g = make_sample("normal", coarse, number=1, seed=options.seed) if row.signal else None
    x = make_sample("normal", shape, seed=options.seed)
    return gate_text(run_gate(options.gate, x, g=g, variant=options.variant, seed=options.seed))


def _sizes(text: str) -> tuple[int, ...]:
    shape = parse_shape(text)
    if len(shape) != 4 or None in shape:
        raise invalid_request("Features have four axes: batch, rows, columns, channels; {shape} has not.", shape=shape)
    sizes = tuple(size or 0 for size in shape)
    check_features(sizes)
    return sizes


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m core.gates", description="The gates, and a run of one of them.")
    parser.add_argument("gate", nargs="?", help="; without one, all are listed")
    parser.add_argument("shape", nargs="?", default="1,20,20,256", help="of the features (default: 1,20,20,256)")
    parser.add_argument("--g", help="shape of the gating signal (default: half as fine)")
    parser.add_argument("--variant", help="form of the gate")
    parser.add_argument("--seed", type=int, default=0, help="of features and weights")
    parser.add_argument("--markdown", action="store_true", help="all gates as docs/gates.md")
    return parser
