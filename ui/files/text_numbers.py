"""Numbers as text: pasted values, and tables of comma-separated values.

Pasted are what Python, NumPy, TensorFlow, Keras, PyTorch and JAX print, and plain numbers. Of a table a heading and
other encodings are understood.
"""

from __future__ import annotations

import csv
import io
import re
from array import array
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from collections.abc import Sequence

import numpy as np

from core.dtypes import Array
from core.errors import invalid_request
from core.limits import MAX_ELEMENTS, MAX_RANK, MAX_TEXT
from ui.files.arrays import checked
from ui.files.nested_lists import array_of, list_shape
from ui.files.pasted_parser import parse
from ui.files.pasted_tokens import without_prompts

_SHOWN = 30  # characters of a bad value that an error repeats
_SEPARATORS = (";", "\t")  # tried where the first line has no comma
_START = 20_000  # characters in which that line is looked for
_OTHER_SIGNS = re.compile(r"[\d.eE+-]+([;\s]+[\d.eE+-]+)+;?", re.ASCII)  # numbers with semicolons or blanks between
_ENCODINGS = (
    (BOM_UTF8, "utf-8-sig"), (BOM_UTF32_LE, "utf-32"), (BOM_UTF32_BE, "utf-32"), (BOM_UTF16_LE, "utf-16"),
    (BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")  # characters that no text has; all kinds of line ends are allowed
_NO_NAMES = frozenset({"true", "false", "na", "n/a", "nan", "null", "none", "yes", "no"})  # values, not headings
_MINUS = "\u2212"  # of typography


def read_list(text: str) -> Array:
    """The array of pasted text, such as [[1, 2], [3, 4]], array([[1., 2.]]), [[1. 2.] [3. 4.]] or 1, 2, 3.

    Its dtype is the one that the text names, else float64, int64 or bool as the values are. Values that PyTorch
    printed without a dtype are float32.

    Raises:
        MergeError: says where it is ragged, what is not a number, or which character is not understood.
    """
    if len(text) > MAX_TEXT:
        raise invalid_request(
            "The list has {count} characters; up to {limit} are read.", count=f"{len(text):,}", limit=f"{MAX_TEXT:,}"
        )
    values = parse(without_prompts(text))
    shape = list_shape(values)
    if len(shape) > MAX_RANK:
        raise invalid_request("{count} axes were typed; at most {limit} are drawn.", count=len(shape), limit=MAX_RANK)
    return checked(array_of(values).reshape(shape))


def read_csv(content: bytes) -> dict[str, Array]:
    """The table of a `.csv`, under an empty name.

    UTF-8, UTF-16, UTF-32 or Windows-1252, any line ends, a comma at the end of every line, comments (#) before the
    table and one line of headings, as wide as the table, are taken.

    Raises:
        MergeError: no text, ragged, too long, or names the line that holds something other than a number.
    """
    cells = content.count(b",") + content.count(b"\n") + content.count(b"\r")
    if cells > MAX_ELEMENTS:  # before a million strings are made
        raise invalid_request(
            "The table has {count} cells; up to {limit} are computed.", count=f"{cells:,}", limit=f"{MAX_ELEMENTS:,}"
        )
    try:
        table = _table(_decoded(content))
    except (UnicodeDecodeError, csv.Error):
        raise invalid_request("This is not a table of text.") from None
    if not table.size:
        raise invalid_request("The file is empty.")
    return {"": checked(table)}


def _decoded(content: bytes) -> str:
    """The text of a file.

    Raises:
        UnicodeDecodeError: it is no text.
    """
    marked = next((name for mark, name in _ENCODINGS if content.startswith(mark)), None)
    if marked is None and len(content) > 1 and 0 in content[:2] and content[:2] != bytes(2):
        marked = "utf-16-be" if content[0] == 0 else "utf-16-le"  # a digit or letter without a mark in front
    try:
        text = content.decode(marked or "utf-8")
    except UnicodeDecodeError:
        if marked:
            raise
        text = content.decode("cp1252")  # of Windows: headings with accents
    found = _CONTROL.search(text.rstrip("\x1a\r\n"))
    if found:
        raise UnicodeDecodeError("text", content[:1], 0, 1, f"character {found[0]!r}")
    return text.rstrip("\x1a").replace(_MINUS, "-")


def _table(text: str) -> Array:
    """Line by line into one row of doubles: four million cells as text would take half a gigabyte."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    reader, numbers, expected = csv.reader(io.StringIO(text), delimiter=_separator(text)), array("d"), 0
    heading: list[str] = []
    for row in reader:
        while row and not row[-1].strip():  # a comma at the end of the line
            row.pop()
        if not row or (not expected and (row[0].lstrip().startswith("#") or row in (["sep="], ["sep=;"]))):
            continue
        first, expected = not expected, expected or len(row)
        if len(row) != expected:
            raise invalid_request(
                "Line {line} has {count} values; the first has {expected}.",
                line=reader.line_num,
                count=len(row),
                expected=expected,
            )
        if first and _is_heading(row):
            heading = row
            continue
        try:
            numbers.extend(map(float, row))
        except ValueError:
            _complain(row, reader.line_num)
    if heading and not numbers:
        _complain(heading, 1)
    return np.array(numbers).reshape(-1, expected or 1)


def _is_heading(row: Sequence[str]) -> bool:
    """Whether these are names of columns: each has a letter, and none is a number or a word such as true or NA.

    The first may be empty, as that of a column of row numbers.
    """
    names = row[1:] if not row[0].strip() else row
    return bool(names) and all(
        any(map(str.isalpha, name)) and not _is_number(name) and name.strip().lower() not in _NO_NAMES for name in names
    )


def _separator(text: str) -> str:
    """A comma; a semicolon or tab where the first line of the table has no comma but that."""
    lines = (line for line in text[:_START].splitlines() if line.strip() and not line.startswith(("#", "sep=")))
    start = next(lines, "")
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
