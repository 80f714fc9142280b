"""The table of backends as text: the page `docs/backends.md`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from ...dtypes import FLOAT32
from ...errors import MergeError
from ..operations import MERGES, Operation
from . import BACKENDS, Backend
from .row import Dtype

_SHOWN = ("Add", "Average", "Maximum", "Concatenate", "Dot")
_DTYPES = ("bool", "uint8", "int32", "uint32", "int64", "uint64", "float32")
_HEAD = """# Backends

Generated from the rows in `core/merges/backends/` by `python -m core.merges.backends > docs/backends.md`.
`core.backend_differences` compares the backends for given inputs; the Merge lab and `python -m core --backend NAME`
show what it finds. The lab also asks the real Keras on the chosen backend, where that is installed: TensorFlow is
(`requirements.txt`), the others are optional. Keras's NumPy backend imports SciPy and JAX, but declares neither.
"""


def backends_markdown() -> str:
    """The page: versions, sources and particulars of each backend, then the dtypes of results."""
    sections = [_section(row) for row in BACKENDS.values()]
    return "\n".join([_HEAD, *sections, _dtype_table()])


def _section(row: Backend) -> str:
    tie = f"{row.tie:.0%}" if row.differentiable else "no gradients"
    lines = [
        f"## {row.title}\n",
        f"- name: `{row.name}`",
        f"- agrees with: {row.versions}",
        f"- imports: {', '.join(f'`{name}`' for name in row.packages)}; `{row.requirements}` lists them",
        f"- sources: {', '.join(f'`{part.strip()}`' for part in row.source.replace(';', ',').split(','))}",
        f"- subnormal values: {'become 0' if row.flushes else 'kept'}",
        f"- masks: {'carried by tensors' if row.holds_masks else 'none'}",
        f"- gradient of the first of two equal operands of Maximum and Minimum: {tie}",
        "",
        *(f"- {note.text}" for note in row.notes),
    ]
    return "\n".join(lines) + "\n"


def _dtype_table() -> str:
    titles = [row.title for row in BACKENDS.values()]
    lines = [
        "## Dtypes of results\n",
        "Of two inputs of the same dtype.\n",
        f"| merge | inputs | {' | '.join(titles)} |",
        f"|---|---|{'---|' * len(titles)}",
    ]
    for name, dtype in product(_SHOWN, _DTYPES):
        found = [result_text(MERGES[name], np.dtype(dtype), row) for row in BACKENDS.values()]
        if len(set(found)) > 1:
            lines.append(f"| {name} | {dtype} | {' | '.join(found)} |")
    return "\n".join(lines) + "\n"


def result_text(row: Operation, dtype: Dtype, backend: Backend) -> str:
    """The dtype of a merge of two inputs of a dtype, or "rejected"."""
    arrays: Sequence[np.ndarray] = [np.zeros((1, 1), dtype)] * 2
    try:
        held = [backend.convert(array) for array in arrays]
        if row.rule == "elementwise":
            backend.check_dtypes(row, held, backend.call(row, [(1, 1)] * 2))
    except MergeError:
        return "rejected"
    if row.rule == "concatenate":
        return str(held[0].dtype)
    if held[0].dtype == FLOAT32:
        return "float32"
    total = backend.promote(row, held[0].dtype, held[1].dtype)
    return str(backend.quotient(total) if row.mean else total)
