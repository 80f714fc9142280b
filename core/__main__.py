"""`python -m core Multiply 5,1,5 5,4,5`: the alignment in a terminal, and the backends of Keras that differ.

`--read FILE` takes a pasted error message. Backends are compared on the values that the Merge lab begins with.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import (
    BACKENDS,
    MERGES,
    Alignment,
    Fix,
    Merged,
    MergeError,
    Request,
    Sentence,
    align,
    backend_differences,
    merge,
    read_error,
)
from .dtypes import Array
from .errors import Shape
from .limits import MAX_RANK, MAX_TEXT, merge_elements
from .merges.samples import DTYPES, make_sample
from .merges.shape_text import parse_shape

_MOST_COMPARED = 1_000_000  # elements of a merge; more would take longer than the start of Python


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
    except MergeError as error:
        print(_report(error), file=sys.stderr)
        return 2
    return _answer(request, options.backend, options.dtype)


def _answer(request: Request, backend: str, dtype: str | None) -> int:
    """Print what Keras does with a request on a backend, and where the others differ."""
    inputs: list[Array] | None = None
    try:
        alignment = align(request.operation or "", request.shapes, backend=backend, **request.options)
        inputs = _inputs(alignment.shapes, alignment.output_shape, dtype)
        merged = merge(alignment.operation, inputs, backend=backend, **request.options) if inputs else None
    except MergeError as error:
        print("\n".join([_report(error), *_others(request, backend, dtype)]), file=sys.stderr)
        return 2
    print("\n".join([_table(alignment, merged, dtype), *_others(request, backend, dtype)]))
    return 0


def _inputs(shapes: Sequence[Shape], output: Shape, dtype: str | None) -> list[Array] | None:
    """Values that count up, as in the Merge lab; None where a size is not known or the tensors are large.

    Raises:
        MergeError: unknown dtypes, or not one of them per input.
    """
    names = _dtypes(dtype, len(shapes))
    large = any(len(shape) > MAX_RANK for shape in shapes) or merge_elements(shapes, output) > _MOST_COMPARED
    if large or any(None in shape for shape in shapes):
        return None
    sizes = [tuple(size or 0 for size in shape) for shape in shapes]
    return [
        make_sample("counting", shape, number=number, seed=0, dtype=name)
        for number, (shape, name) in enumerate(zip(sizes, names, strict=True))
    ]


def _dtypes(text: str | None, count: int) -> list[str]:
    names = (text or DTYPES[0]).split(",")
    unknown = next((name for name in names if name not in DTYPES), None)
    if unknown is not None:
        raise MergeError(f"There is no dtype {unknown!r}; choose from {', '.join(DTYPES)}.")
    if len(names) not in (1, count):
        raise MergeError(f"--dtype takes one dtype, or one per input: {count}; got {len(names)}.")
    return names * count if len(names) == 1 else names


def _others(request: Request, backend: str, dtype: str | None) -> list[str]:
    """A line for each other backend that differs; none where that cannot be compared."""
    try:
        inputs = _inputs(request.shapes, (), dtype)
        if not inputs:
            return []
        found = backend_differences(request.operation or "", inputs, backend=backend, **request.options)
    except MergeError:
        return []  # the error itself has been printed
    lines = [" ".join([f"  {one.text}", *(f"({title}: {reason})" for title, reason in one.reasons)]) for one in found]
    kinds = ", ".join(dict.fromkeys(str(value.dtype) for value in inputs))
    return ["", f"Other backends, on values of {kinds} that count up:", *lines] if lines else []


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m core", description="How Keras aligns and broadcasts the inputs of a merge layer."
    )
    parser.add_argument("operation", nargs="?", help=", ".join(MERGES))
    parser.add_argument("shapes", nargs="*", metavar="shape", help="such as 5,1,5 or None,20,20,256")
    parser.add_argument("--axis", type=int, help="of Concatenate (default: -1)")
    parser.add_argument("--axes", help="of Dot: one integer or two, such as 2,1 (default: -1)")
    parser.add_argument("--backend", default="tensorflow", help=f"{', '.join(BACKENDS)} (default: tensorflow)")
    parser.add_argument("--dtype", help="of all inputs, or one per input: int64,int32 (default: float32)")
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


def _table(alignment: Alignment, merged: Merged | None, dtype: str | None) -> str:
    rows = [["", *(f"axis {axis}" for axis in range(_rank(alignment)))]]
    for number, entry in enumerate(alignment.inputs):
        rows.append([f"input {number}", *_cells(entry.expanded_shape, entry.roles)])
    rows.append(["output", *map(str, alignment.output_shape)])
    widths = [max(len(row[place]) for row in rows if place < len(row)) for place in range(max(map(len, rows)))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip() for row in rows]
    shapes = ", ".join(str(shape) for shape in alignment.shapes)
    title = f"{alignment.operation} of {shapes} gives {alignment.output_shape}"
    if merged is not None and dtype:
        title += f" of {merged.value.dtype}"
    warnings = merged.warnings if merged is not None else alignment.warnings
    return "\n".join([title, "", *lines, *(f"\nWarning: {text}" for text in warnings)])


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
