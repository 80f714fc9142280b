"""Views that several pages share."""

__all__ = [
    "alignment_table",
    "assets",
    "cached",
    "gate_view",
    "keras_check",
    "loaded_code",
    "merge_view",
    "numpy_note",
    "selection",
    "step_graph",
    "steps_table",
    "thumbnails",
]
