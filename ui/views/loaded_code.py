"""Files of a merge on screen whose tensors go along with the code, as arrays."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

from core import MergeError, snippet
from core.errors import Shape

_DIALECTS = {"Keras": "keras-layer", "NumPy": "numpy"}


def loaded_code(operation: str, shapes: Sequence[Shape], **options: Any) -> dict[str, str]:
    """Code of a merge that reads its inputs from files, by the title of the dialect; for `export_menu`.

    Args:
        operation: name of a merge.
        shapes: of the inputs.
        **options: axis, axes, normalize.
    """
    own, found = [f'np.load("input_{number}.npy")' for number in range(len(shapes))], {}
    for title, dialect in _DIALECTS.items():
        with contextlib.suppress(MergeError):  # a rule of Keras that we do not know has no code
            found[title] = snippet(operation, shapes, dialect, inputs=own, **options)
    return found
