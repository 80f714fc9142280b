"""Merges: the operations table, alignment, values, gradients, provenance, fixes, reading errors, code.

Each public name is a module; `core` exports the functions that most callers need.
"""

__all__ = [
    "align",
    "arithmetic",
    "backends",
    "dialects",
    "differences",
    "gradient_arithmetic",
    "gradient_differences",
    "gradients",
    "keras_ops",
    "links",
    "merge",
    "numpy_rule",
    "operations",
    "plan",
    "presets",
    "provenance",
    "read_error",
    "rows",
    "samples",
    "shape_text",
    "snippets",
]
