"""Numbers written as text: a pasted nested list, a table of comma-separated values."""

from __future__ import annotations

import csv
import io
import json
import re
from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np

from core.dtypes import Array
from core.errors import MergeError, invalid_request
from core.limits import MAX_ELEMENTS, MAX_RANK, MAX_TEXT
from ui.files.arrays import checked

_SHOWN = 30  # characters of a bad value that an error repeats
_OTHER_SIGNS = re.compile(r"[\d.eE+-]+([;\s]+[\d.eE+-]+)+;?", re.ASCII)  # numbers with semicolons or blanks between


def read_list(text: str) -> Array:
    """The array of a pasted nested list such as [[1, 2], [3, 4]].

    Raises:
        MergeError: says where it is ragged, what is not a number, or that it is no list.
    """
    if len(text) > MAX_TEXT:
        raise invalid_request(
            "The list has {count} characters; up to {limit} are read.", count=f"{len(text):,}", limit=f"{MAX_TEXT:,}"
        )
    try:
        values = json.loads(_as_json(text))
    except RecursionError:
        if text.count("[") + text.count("(") == text.count("]") + text.count(")"):
            raise invalid_request(
                "The list is nested too deeply; at most {limit} axes are drawn.", limit=MAX_RANK
            ) from None
        raise _no_list() from None
    except ValueError:
        raise _no_list() from None
    shape = _list_shape(values, ())
    if len(shape) > MAX_RANK:
        raise invalid_request("{count} axes were typed; at most {limit} are drawn.", count=len(shape), limit=MAX_RANK)
    return checked(np.array(values, dtype=np.float64 if _any_float(values) else None).reshape(shape))


def read_csv(content: bytes) -> dict[str, Array]:
    """The table of a `.csv`, under an empty name.

    Raises:
        MergeError: no text, ragged, too long, or names the line that holds something other than a number.
    """
    cells = content.count(b",") + content.count(b"\n")
    if cells > MAX_ELEMENTS:  # before a million strings are made
        raise invalid_request(
            "The table has {count} cells; up to {limit} are computed.", count=f"{cells:,}", limit=f"{MAX_ELEMENTS:,}"
        )
    try:
        table = _table(io.StringIO(content.decode("utf-8-sig")))
    except (UnicodeDecodeError, csv.Error):
        raise invalid_request("This is not a table of text.") from None
    if not table.size:
        raise invalid_request("The file is empty.")
    return {"": checked(table)}


def _table(text: io.StringIO) -> Array:
    """Line for line into one row of doubles: four million cells as text would take half a gigabyte."""
    reader, numbers, expected = csv.reader(text), array("d"), 0
    for row in filter(None, reader):
        expected = expected or len(row)
        if len(row) != expected:
            raise invalid_request(
                "Line {line} has {count} values; the first has {expected}.",
                line=reader.line_num,
                count=len(row),
                expected=expected,
            )
        try:
            numbers.extend(map(float, row))
        except ValueError:
            _complain(row, reader.line_num)
    return np.array(numbers).reshape(-1, expected or 1)


def _no_list() -> MergeError:
    return invalid_request("This is not a list of numbers; it should look like [[1, 2], [3, 4]].")


def _as_json(text: str) -> str:
    """Round brackets and the `nan` and `inf` that NumPy prints, as JSON has them."""
    square = text.replace("(", "[").replace(")", "]")
    return re.sub(r"\binf(inity)?\b", "Infinity", re.sub(r"\bnan\b", "NaN", square, flags=re.I), flags=re.I)


def _complain(row: Sequence[str], line: int) -> None:
    """Name the first cell that is no number."""
    cell = next(cell for cell in row if not _is_number(cell))[:_SHOWN]
    if _OTHER_SIGNS.fullmatch(cell.strip()):
        raise invalid_request(
            "Line {line}: please separate values by commas; in {cell} something else stands.",
            line=line,
            cell=repr(cell),
        )
    raise invalid_request("Line {line}: {cell} is not a number.", line=line, cell=repr(cell))


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _list_shape(values: Any, place: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of a nested list; a ragged one is named by the place of its first odd part."""
    if isinstance(values, bool | int | float):
        _check_size(values)
        return ()
    if not isinstance(values, list):
        raise invalid_request(
            "{value} at place {place} is not a number.", value=repr(values)[:_SHOWN], place=list(place)
        )
    if len(place) > MAX_RANK:
        raise invalid_request("The list is nested too deeply; at most {limit} axes are drawn.", limit=MAX_RANK)
    shapes = [_list_shape(value, (*place, number)) for number, value in enumerate(values)]
    for number, shape in enumerate(shapes):
        if shape != shapes[0]:
            raise invalid_request(
                "The list is ragged: place {place} has the shape {shape}, the first one beside it {first}.",
                place=[*place, number],
                shape=shape,
                first=shapes[0],
            )
    return (len(values), *(shapes[0] if shapes else ()))


def _check_size(value: float) -> None:
    try:
        float(value)
    except OverflowError:
        raise invalid_request("A number of {count} digits is too large.", count=len(str(value))) from None


def _any_float(values: Any) -> bool:
    if isinstance(values, list):
        return not values or any(map(_any_float, values))
    return isinstance(values, float) or abs(int(values)) >= 2**63
