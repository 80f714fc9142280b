"""Slices for the segmentation network, and its scores."""

__all__ = ["attention_overlay", "overlay", "slices"]
