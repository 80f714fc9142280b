"""The Merge lab page."""

__all__ = ["code", "controls", "paste", "presets", "sections"]
