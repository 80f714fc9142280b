"""The Gate gallery page."""

__all__ = ["comparison", "controls", "features", "overview", "pitfalls", "sections"]
