"""A table of comma-separated values as an array; a heading and other encodings are understood."""

from __future__ import annotations

import csv
import io
import re
from array import array
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Sequence

import numpy as np

from core.dtypes import Array
from core.errors import invalid_request
from core.limits import MAX_ELEMENTS
from ui.files.arrays import checked
from ui.files.pasted_values import read_list

__all__ = ["read_csv", "read_list"]

_SHOWN = 30  # characters of a bad value that an error repeats
_SEPARATORS = (";", "\t")  # tried where no line has a comma
_OTHER_SIGNS = re.compile(r"[\d.eE+-]+([;\s]+[\d.eE+-]+)+;?", re.ASCII)  # numbers with semicolons or blanks between
_ENCODINGS = ((BOM_UTF8, "utf-8-sig"), (BOM_UTF16_LE, "utf-16"), (BOM_UTF16_BE, "utf-16"))


def read_csv(content: bytes) -> dict[str, Array]:
    """The table of a `.csv`, under an empty name.

    UTF-8 or UTF-16, any line ends, a comma at the end of every line, and one line of headings are taken.

    Raises:
        MergeError: no text, ragged, too long, or names the line that holds something other than a number.
    """
    cells = content.count(b",") + content.count(b"\n") + content.count(b"\r")
    if cells > MAX_ELEMENTS:  # before a million strings are made
        raise invalid_request(
            "The table has {count} cells; up to {limit} are computed.", count=f"{cells:,}", limit=f"{MAX_ELEMENTS:,}"
        )
    encoding = next((name for mark, name in _ENCODINGS if content.startswith(mark)), "utf-8")
    try:
        table = _table(content.decode(encoding))
    except (UnicodeDecodeError, csv.Error):
        raise invalid_request("This is not a table of text.") from None
    if not table.size:
        raise invalid_request("The file is empty.")
    return {"": checked(table)}


def _table(text: str) -> Array:
    """Line by line into one row of doubles: four million cells as text would take half a gigabyte."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    reader, numbers, expected, first = csv.reader(io.StringIO(text), delimiter=_separator(text)), array("d"), 0, True
    for row in reader:
        while row and not row[-1].strip():  # a comma at the end of the line
            row.pop()
        if not row:
            continue
        heading, first = first and not any(map(_is_number, row)), False
        if heading and len(row) > 1:
            continue
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


def _separator(text: str) -> str:
    """A comma; a semicolon or tab where the first lines have no comma but that."""
    start = text[:2_000]
    return next((sign for sign in _SEPARATORS if sign in start and "," not in start), ",")


def _complain(row: Sequence[str], line: int) -> None:
    """Name the first cell that is not a number."""
    cell = next(cell for cell in row if not _is_number(cell))[:_SHOWN]
    if _OTHER_SIGNS.fullmatch(cell.strip()):
        raise invalid_request(
            "Line {line}: separate values with commas; {cell} contains another separator.",
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
