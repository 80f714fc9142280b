"""The shipped network in a process of its own."""

__all__ = ["segmenter"]
