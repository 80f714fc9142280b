"""Views that several pages share."""

__all__ = [
    "alignment_line",
    "alignment_table",
    "assets",
    "cached",
    "copy_button",
    "folded",
    "gate_view",
    "keras_check",
    "loaded_code",
    "merge_view",
    "numpy_note",
    "refusal",
    "selection",
    "step_graph",
    "steps_table",
    "text_table",
    "thumbnails",
    "waiting",
]
