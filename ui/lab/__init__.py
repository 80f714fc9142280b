"""The Merge lab page."""

__all__ = ["controls", "presets", "sections"]
