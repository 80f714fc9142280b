"""Writes the tensors as `.npz`, each in its own dtype, bit-exact."""

from __future__ import annotations

import io

import numpy as np

from ui.export.document import Document
from ui.export.names import array_names


def to_npz(document: Document) -> bytes:
    """Return an archive that `np.load` opens without pickle: the tensors, named by title, and `titles` in full.

    Tensors of dtype object are left out.
    """
    look = document.look()
    panels = [panel for panel in look.view.panels if not panel.value.dtype.hasobject]
    titles = [panel.title for panel in panels]
    arrays = dict(zip(array_names(titles), (panel.value for panel in panels), strict=True))
    stream = io.BytesIO()
    np.savez_compressed(stream, allow_pickle=False, titles=np.array(titles, dtype=np.str_), **arrays)
    return stream.getvalue()
