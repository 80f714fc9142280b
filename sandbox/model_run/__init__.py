"""Runs a model that was read and allowed, in a process of its own."""

__all__ = ["file_inputs", "handle", "inputs", "report", "results", "slots", "summary", "weights_parent"]
