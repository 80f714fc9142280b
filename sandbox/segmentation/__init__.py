"""The shipped network, in a separate process."""

__all__ = ["segmenter"]
