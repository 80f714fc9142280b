"""Slices for the segmentation network, and its scores."""

__all__ = ["overlay", "slices"]
