"""Numbers: what a Keras merge layer does, in NumPy. Axis 0 of every tensor is the batch.

Nothing else in this folder is imported from outside it.
"""

# What there is
from core.operations import MERGES, Operation

# Shapes
from core.alignment import align
from core.plan import AlignedInput, Alignment

# Values
from core.gradient import gradients
from core.merge import Merged, merge
from core.provenance import reach, sources

# Code
from core.plain_code import DIALECTS
from core.snippets import snippet

# Errors
from core.errors import Fix, MergeError
from core.sentences import Sentence

__all__ = [
    "DIALECTS", "MERGES", "AlignedInput", "Alignment", "Fix", "MergeError", "Merged", "Operation", "Sentence",
    "align", "gradients", "merge", "reach", "snippet", "sources",
]  # fmt: skip
