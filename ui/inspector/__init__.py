"""The Model inspector page."""

__all__ = ["controls", "downloads", "graph", "listing", "merge_details", "opening", "running", "sizes"]
