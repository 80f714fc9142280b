"""Slices for the segmentation network, its scores, and overlays."""

__all__ = ["overlay", "slices"]
