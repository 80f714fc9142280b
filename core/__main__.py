"""`python -m core Multiply 5,1,5 5,4,5`: the alignment in a terminal; `--read FILE` takes a pasted error message."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any

from . import BACKENDS, MERGES, Alignment, Fix, MergeError, Request, Sentence, align, read_error
from .errors import Shape
from .limits import MAX_TEXT
from .merges.shape_text import parse_shape


def main(arguments: list[str] | None = None) -> int:
    """Print the alignment and return 0; print the error with its fixes on standard error and return 2.

    A leading space keeps argparse from reading -1,3 and -2,1 as options.
    """
    given = sys.argv[1:] if arguments is None else arguments
    options = _parser().parse_intermixed_args([f" {text}" if re.match(r"-\d", text) else text for text in given])
    try:
        request = _request(options)
        if request.code:
            raise _wrong_call(request)
        if options.read is not None:
            print(_understood(request))
        alignment = align(request.operation or "", request.shapes, backend=options.backend, **request.options)
    except MergeError as error:
        print(_report(error), file=sys.stderr)
        return 2
    print(_table(alignment))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m core", description="How Keras aligns and broadcasts the inputs of a merge layer."
    )
    parser.add_argument("operation", nargs="?", help=", ".join(MERGES))
    parser.add_argument("shapes", nargs="*", metavar="shape", help="such as 5,1,5 or None,20,20,256")
    parser.add_argument("--axis", type=int, help="of Concatenate (default: -1)")
    parser.add_argument("--axes", help="of Dot: one integer or two, such as 2,1 (default: -1)")
    parser.add_argument("--backend", default="tensorflow", help=f"{', '.join(BACKENDS)} (default: tensorflow)")
    parser.add_argument("--read", metavar="FILE", help="read a pasted error message; - is standard input")
    return parser


def _request(options: argparse.Namespace) -> Request:
    """What to align: from the arguments, or from a pasted text, in which case arguments fill the gaps."""
    chosen: dict[str, Any] = {} if options.axis is None else {"axis": options.axis}
    chosen |= {} if options.axes is None else {"axes": _axes(options.axes)}
    if options.read is None:
        if options.operation is None:
            _parser().error("the following arguments are required: operation")
        return Request(options.operation, tuple(parse_shape(text) for text in options.shapes), chosen)
    request = read_error(_text(options.read))
    operation = options.operation or request.operation
    notes = request.notes
    if operation is None and not request.code:
        operation = "Multiply"
        notes += (Sentence("The text does not name the merge; Multiply is used. All element-wise merges align alike."),)
    return Request(operation, request.shapes, {**request.options, **chosen}, notes, request.code)


def _text(name: str) -> str:
    """A file or standard input, no more of it than `read_error` accepts."""
    try:
        if name == "-":
            return sys.stdin.read(MAX_TEXT + 1)
        with Path(name).open(encoding="utf-8", errors="replace") as file:
            return file.read(MAX_TEXT + 1)
    except OSError as error:
        raise MergeError(f"{name} cannot be read: {error.strerror}.") from None


def _wrong_call(request: Request) -> MergeError:
    """The error of a call that is wrong by its form."""
    return MergeError(" ".join(request.notes), fixes=[Fix("Write:", request.shapes, code=request.code)])


def _understood(request: Request) -> str:
    call = ", ".join(f"{name}={value}" for name, value in request.options.items())
    shapes = " ".join(map(str, request.shapes))
    return "\n".join([f"Read: {request.operation}({call}) {shapes}", *request.notes, ""])


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
        lines += ["", "Fixes:"]
    for fix in error.fixes:
        lines += [f"  {fix.text}", *(f"      {line}" for line in fix.code.splitlines())]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
