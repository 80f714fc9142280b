"""Reads a model file without running any of it: layers, calls, merges, and what forbids a run."""

__all__ = [
    "archive", "config", "entries", "file", "gate_hints", "graph", "hdf5_check", "hdf5_parent", "keras2_names", "sizes",
]  # fmt: skip
