"""Runs a model that was read and allowed, in a process of its own."""

__all__ = [
    "file_inputs", "fitting", "gate_figures", "gate_graph", "gate_maps", "handle", "input_arrays", "inputs", "overlays",
    "pictures", "report", "results", "slots", "summary",
]  # fmt: skip
