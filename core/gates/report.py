"""The gates as text: a list, a run step by step in a terminal, and the page `docs/gates.md`.

`python -m core.gates` lists them; `python -m core.gates se 2,20,20,256` runs one on seeded values;
`python -m core.gates se 1,56,56,256 --shapes` gives shapes and costs for features of any size.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from ..errors import MergeError, invalid_request
from ..limits import check_features
from ..merges.samples import make_sample
from ..merges.shape_text import parse_shape
from .run import find_gate, gate_shapes, run_gate
from .table import GATES, Gate
from .trace import GateTrace, Step

_AXES = {4: ("batch", "rows", "columns", "channels"), 5: ("batch", "depth", "rows", "columns", "channels")}
_EXAMPLE, _SIGNAL = (1, 4, 6, 16), (1, 2, 3, 16)  # small features whose axes have different sizes


def broadcast_axes(step: Step) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Which inputs of a merge are broadcast along which axes of the result: (number of the input, axes)."""
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
    """One line per gate: name, equation, merges."""
    width = max(map(len, GATES))
    return "\n".join(f"{row.name.ljust(width)}  {row.equation}  [{', '.join(row.merges)}]" for row in GATES.values())


def gate_text(trace: GateTrace) -> str:
    """A run: each step with its equation and shape, and below each merge what is broadcast."""
    row = GATES[trace.gate]
    lines = [f"{row.title} ({trace.variant}): {row.equation_of(trace.variant)}", ""]
    width = max(len(step.name) for step in trace.steps)
    for step in trace.steps:
        lines.append(f"{step.name.ljust(width)}  {step.shape!s:18}  {step.equation or step.symbol}")
        lines += [f"{' ' * width}  {text}" for text in _merge_lines(trace, step)]
    origin = "shapes only" if not trace.computed else "trained" if all(trace.trained.values()) else "untrained"
    costs = f"{trace.parameters:,} trainable parameters ({origin}), {trace.multiplications:,} multiplications"
    warnings = [f"Warning: {warning}" for warning in trace.warnings]
    return "\n".join([*lines, "", costs, *warnings])


def gates_markdown() -> str:
    """The page on all gates: `docs/gates.md` is this text."""
    head = (
        "# Gates\n\nGenerated from the table in `core/gates/table.py` by "
        "`python -m core.gates --markdown > docs/gates.md`. "
        "B, H, W, C: batch, rows, columns and channels of the features x.\n"
    )
    return head + "".join(f"\n{_section(row)}" for row in GATES.values())


def _section(row: Gate) -> str:
    trace = example_run(row)
    lines = [f"## {row.title}{_link(row.paper)}\n", f"`{row.equation}`\n"]
    lines += [f"{row.summary}\n"] if row.summary else []
    lines += [
        f"- name: `{row.name}`" + (f"; also {', '.join(f'`{name}`' for name in row.aliases)}" * bool(row.aliases))
    ]
    lines += [f"- shapes: {', '.join(f'{symbol} {shape}' for symbol, shape in row.shapes)}"] if row.shapes else []
    for step in trace.merges:
        broadcast = "; ".join(_merge_lines(trace, step)[1:]) or "no broadcasting"
        lines.append(f"- {step.alignment.operation if step.alignment else ''}: {step.equation} ({broadcast})")
    lines.append("- forms:")
    for name, variant in row.variants.items():
        equation = f": `{variant.equation}`" if variant.equation else ""
        lines.append(f"  - `{name}`: {variant.title}{_link(variant.paper)}{equation}")
    return "\n".join(lines) + "\n"


def _link(paper: str) -> str:
    return f" ([arXiv:{paper}](https://arxiv.org/abs/{paper}))" if paper else ""


def _merge_lines(trace: GateTrace, step: Step) -> list[str]:
    if step.alignment is None:
        return []
    lines = [f"{step.alignment.operation} of {', '.join(map(str, step.alignment.shapes))}"]
    known = _AXES[trace.step("x").value.ndim]
    for number, axes in broadcast_axes(step):
        names = ", ".join(known[axis] if axis < len(known) else f"axis {axis}" for axis in axes)
        lines.append(f"{trace.step(step.inputs[number]).symbol} is broadcast over {names}")
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the list, a run or the page and return 0; write the error on standard error and return 2."""
    options = _parser().parse_args(arguments)
    try:
        sys.stdout.write(_answer(options) + ("" if options.markdown else "\n"))
    except MergeError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _answer(options: Any) -> str:
    if options.markdown:
        return gates_markdown()
    if options.gate is None:
        return gate_list()
    row, shape = find_gate(options.gate), _sizes(options.shape)
    coarse = _sizes(options.g) if options.g else (shape[0], *(max(1, size // 2) for size in shape[1:-1]), shape[-1])
    if options.shapes:
        return gate_text(
            gate_shapes(options.gate, shape, g=coarse if row.signal else None, variant=options.variant)
        )  # fmt: skip
    check_features(shape)
    check_features(coarse)
    g = make_sample("normal", coarse, number=1, seed=options.seed) if row.signal else None
    x = make_sample("normal", shape, seed=options.seed)
    return gate_text(run_gate(options.gate, x, g=g, variant=options.variant, seed=options.seed))


def _sizes(text: str) -> tuple[int, ...]:
    shape = parse_shape(text)
    if len(shape) not in (4, 5) or None in shape:
        raise invalid_request(
            "Features have four axes (batch, rows, columns, channels), or five with a depth before the rows, all of "
            "known size; got {shape}.",
            shape=shape,
        )
    return tuple(size or 0 for size in shape)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m core.gates", description="The gates, and a run of one of them.")
    parser.add_argument("gate", nargs="?", help="name of a gate; without one, all are listed")
    parser.add_argument("shape", nargs="?", default="1,20,20,256", help="of the features (default: 1,20,20,256)")
    parser.add_argument("--g", help="shape of the gating signal (default: half the rows and columns)")
    parser.add_argument("--variant", help="form of the gate")
    parser.add_argument("--seed", type=int, default=0, help="of features and weights")
    parser.add_argument(
        "--shapes", action="store_true", help="shapes, parameters and costs only; sizes are not limited"
    )
    parser.add_argument("--markdown", action="store_true", help="all gates as docs/gates.md")
    return parser
