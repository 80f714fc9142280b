"""The Model inspector page."""

__all__ = ["controls", "line", "listing", "opening", "panes", "running"]
