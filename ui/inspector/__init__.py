"""The Model inspector page."""

__all__ = ["controls", "listing", "opening", "panes", "running"]
