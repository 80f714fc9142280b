"""The names that the package `mergescope` uses, in one list: in its wheel this package is `mergescope.core`."""

from __future__ import annotations

from .. import MERGES, Alignment, MergeError, Sentence, align, gradients, merge
from ..dtypes import Array
from ..errors import Shape, invalid_request
from ..files.recordings import (
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
from ..gates import gate_operand
from ..gates.health import GateHealth, gate_health
from ..limits import MAX_RECORDING_BYTES, check_elements
from ..merges.keras_ops import OPERATORS, align_as_written
from . import (
    Selection,
    TensorView,
    gate_scales,
    joined_modules,
    payload,
    read_selection,
    side_by_side,
    values_view,
)

__all__ = [
    "MAX_RECORDING_BYTES", "MERGES", "OPERATORS",
    "Alignment", "Array", "GateHealth", "Index", "Kind", "Meeting", "MergeError", "ModelInput",
    "RecordedCall", "RecordedTensor", "Selection", "Sentence", "Shape", "Source", "Step", "TensorView",
    "align", "align_as_written", "check_elements", "gate_health", "gate_operand", "gate_scales", "gradients",
    "invalid_request", "joined_modules", "merge", "payload", "read_selection", "side_by_side", "values_view",
    "write_recording",
]  # fmt: skip
