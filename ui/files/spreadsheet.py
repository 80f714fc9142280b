"""Rows of text as a CSV file that a spreadsheet opens without evaluating anything in it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # beginnings of what a spreadsheet would evaluate
_NUMBER = re.compile(r"[-+]?[\d.]+(e[-+]?\d+)?")


def csv_file(rows: Iterable[Sequence[str]]) -> bytes:
    """The rows as CSV, with a byte order mark, by which spreadsheets recognise UTF-8."""
    stream = io.StringIO()
    csv.writer(stream).writerows([_harmless(cell) for cell in row] for row in rows)
    return ("\ufeff" + stream.getvalue()).encode()


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell):
        return "'" + cell
    return cell
