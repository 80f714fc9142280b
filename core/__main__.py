"""`python -m core Multiply 5,1,5 5,4,5`: the alignment in a terminal."""

from __future__ import annotations

import argparse
import re
import sys

from core import MERGES, Alignment, MergeError, align
from core.errors import Shape
from core.merges.shape_text import parse_shape


def main(arguments: list[str] | None = None) -> int:
    """Print the alignment and return 0; print the error with its fixes on standard error and return 2.

    A leading space keeps argparse from reading -1,3 and -2,1 as options.
    """
    given = sys.argv[1:] if arguments is None else arguments
    options = _parser().parse_intermixed_args([f" {text}" if re.match(r"-\d", text) else text for text in given])
    try:
        shapes = [parse_shape(text) for text in options.shapes]
        alignment = align(options.operation, shapes, axis=options.axis, axes=_axes(options.axes))
    except MergeError as error:
        print(_report(error), file=sys.stderr)
        return 2
    print(_table(alignment))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m core", description="How Keras aligns and broadcasts the inputs of a merge layer."
    )
    parser.add_argument("operation", help=", ".join(MERGES))
    parser.add_argument("shapes", nargs="*", metavar="shape", help="such as 5,1,5 or None,20,20,256")
    parser.add_argument("--axis", type=int, default=-1, help="of Concatenate (default: -1)")
    parser.add_argument("--axes", default="-1", help="of Dot: one integer or two, such as 2,1 (default: -1)")
    return parser


def _axes(text: str) -> int | tuple[int, ...]:
    try:
        numbers = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise MergeError(f"--axes must be one integer or two, such as 2,1; got {text!r}.") from None
    return numbers[0] if len(numbers) == 1 else numbers


def _table(alignment: Alignment) -> str:
    rows = [["", *(f"axis {axis}" for axis in range(_rank(alignment)))]]
    for number, entry in enumerate(alignment.inputs):
        rows.append([f"input {number}", *_cells(entry.expanded_shape, entry.roles)])
    rows.append(["output", *map(str, alignment.output_shape)])
    widths = [max(len(row[place]) for row in rows if place < len(row)) for place in range(max(map(len, rows)))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip() for row in rows]
    shapes = ", ".join(str(shape) for shape in alignment.shapes)
    title = f"{alignment.operation} of {shapes} gives {alignment.output_shape}"
    return "\n".join([title, "", *lines, *(f"\nWarning: {text}" for text in alignment.warnings)])


def _rank(alignment: Alignment) -> int:
    return max(len(alignment.output_shape), *(len(entry.expanded_shape) for entry in alignment.inputs))


def _cells(shape: Shape, roles: tuple[str, ...]) -> list[str]:
    return [f"{size} {role}" for size, role in zip(shape, roles, strict=True)]


def _report(error: MergeError) -> str:
    lines = [str(error)]
    if error.fixes:
        lines += ["", "What would fit:"]
        lines += [f"  {fix.text}: {' '.join(map(str, fix.shapes))}" for fix in error.fixes]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
