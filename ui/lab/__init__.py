"""The Merge lab page."""

__all__ = ["controls", "paste", "presets", "sections"]
