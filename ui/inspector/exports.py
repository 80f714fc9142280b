"""What can be taken away: the arrays of a merge, the table of all merges."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence

import numpy as np

from sandbox.inspect_records import MergeRecord
from sandbox.model_file import MergeEntry
from ui.inspector.figures import headings, row
from ui.inspector.rows import table
from ui.inspector.values import Tensors

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


def merge_npz(tensors: Tensors) -> bytes:
    """The arrays of a merge, whole: input_0, input_1, ..., output, and gradient_0, ... where they are known."""
    arrays = {f"input_{number}": tensor for number, tensor in enumerate(tensors.inputs)}
    arrays["output"] = tensors.output
    arrays |= {f"gradient_{number}": gradient for number, gradient in enumerate(tensors.gradients)}
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]  # the stub takes names for options
    return stream.getvalue()


def merges_csv(merges: Sequence[MergeEntry], records: Mapping[str, MergeRecord]) -> bytes:
    """The table of merges, with figures of the outputs where the model has run.

    Args:
        merges: in the order of the graph.
        records: by id, what a run recorded.
    """
    rows = table(merges)
    heading = [*rows[0], *(headings() if records else ())]
    body = [
        [*cells, *(row(records[entry.id].output) if entry.id in records else [""] * (len(heading) - len(cells)))]
        for cells, entry in zip(rows[1:], merges, strict=True)
    ]
    stream = io.StringIO()
    csv.writer(stream).writerows([[_harmless(cell) for cell in line] for line in (heading, *body)])
    return ("\ufeff" + stream.getvalue()).encode()  # the mark tells spreadsheets that it is UTF-8


def file_name(name: str, ending: str) -> str:
    """A name for a download, out of a foreign one."""
    clean = re.sub(r"[^A-Za-z0-9_.-]+", "_", name.removesuffix(".keras")).strip("._")[:60]
    return f"{clean or 'model'}.{ending}"


def _harmless(cell: str) -> str:
    """A name of a layer must not become a formula; numbers stay numbers."""
    if cell.startswith(_FORMULA) and not re.fullmatch(r"[-+]?[\d.]+(e[-+]?\d+)?", cell):
        return "'" + cell
    return cell
