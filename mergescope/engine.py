"""The engine and the files of the view: in the wheel they are part of this package, in the repository beside it.

Everything that this package takes from `core` is named here, once for each of the two.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

_HERE = Path(__file__).parent
_IN_WHEEL = find_spec(f"{__package__}.core") is not None

if TYPE_CHECKING or not _IN_WHEEL:
    from core import BACKENDS, MERGES, Alignment, Fix, MergeError, Sentence, align, gradients, merge
    from core.dtypes import Array
    from core.errors import Shape, invalid_request
    from core.files.recordings import (
        ENDING,
        Index,
        Kind,
        Meeting,
        ModelInput,
        RecordedCall,
        RecordedTensor,
        Source,
        Step,
        write_recording,
    )
    from core.gates import gate_operand
    from core.gates.health import GateHealth, gate_health
    from core.limits import MAX_RECORDING_BYTES, check_elements
    from core.merges.keras_ops import OPERATORS, align_as_written
    from core.tensor_view import (
        Panel,
        Selection,
        TensorView,
        joined_modules,
        payload,
        read_selection,
        side_by_side,
        values_view,
    )
else:
    from .core import BACKENDS, MERGES, Alignment, Fix, MergeError, Sentence, align, gradients, merge
    from .core.dtypes import Array
    from .core.errors import Shape, invalid_request
    from .core.files.recordings import (
        ENDING,
        Index,
        Kind,
        Meeting,
        ModelInput,
        RecordedCall,
        RecordedTensor,
        Source,
        Step,
        write_recording,
    )
    from .core.gates import gate_operand
    from .core.gates.health import GateHealth, gate_health
    from .core.limits import MAX_RECORDING_BYTES, check_elements
    from .core.merges.keras_ops import OPERATORS, align_as_written
    from .core.tensor_view import (
        Panel,
        Selection,
        TensorView,
        joined_modules,
        payload,
        read_selection,
        side_by_side,
        values_view,
    )

BROWSER = _HERE / "browser" if _IN_WHEEL else _HERE.parent / "ui" / "tensor_view" / "browser"
"""Folder of the ES modules and the style sheet of the tensor view."""
LOCALES = _HERE / "locales" if _IN_WHEEL else _HERE.parent / "ui" / "locales"
"""Folder of the catalogues."""

__all__ = [
    "BACKENDS", "BROWSER", "ENDING", "LOCALES", "MAX_RECORDING_BYTES", "MERGES", "OPERATORS",
    "Alignment", "Array", "Fix", "GateHealth", "Index", "Kind", "Meeting", "MergeError", "ModelInput", "Panel",
    "RecordedCall", "RecordedTensor", "Selection", "Sentence", "Shape", "Source", "Step", "TensorView",
    "align", "align_as_written", "check_elements", "gate_health", "gate_operand", "gradients", "invalid_request",
    "joined_modules", "merge", "payload", "read_selection", "side_by_side", "values_view", "write_recording",
]  # fmt: skip
