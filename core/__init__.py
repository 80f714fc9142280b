"""What a Keras merge layer does, in NumPy. Axis 0 of every tensor is the batch axis.

`__all__` names what may be imported from outside of this package: the functions and classes that most callers need,
then the packages and modules with the rest. `tests/test_boundaries.py` enforces it here and in every other package.
"""

# The table of merges
from .merges.operations import MERGES, Operation

# The table of backends
from .merges.backends import BACKENDS

# Shapes
from .merges.align import align
from .merges.plan import AlignedInput, Alignment

# Values
from .merges.differences import BackendDifference, backend_differences
from .merges.gradients import gradients
from .merges.merge import Merged, merge
from .merges.provenance import reach, sources

# Code
from .merges.dialects import DIALECTS
from .merges.snippets import snippet

# Errors
from .errors import Fix, MergeError
from .merges.read_error import Request, read_error
from .sentences import Sentence

__all__ = [
    "BACKENDS", "DIALECTS", "MERGES",
    "AlignedInput", "Alignment", "BackendDifference", "Fix", "MergeError", "Merged", "Operation", "Request",
    "Sentence",
    "align", "backend_differences", "gradients", "merge", "reach", "read_error", "snippet", "sources",
    "files", "gates", "merges", "segmentation", "story", "tensor_view",
    "digests", "dtypes", "errors", "limits", "sentences", "settings",
]  # fmt: skip
