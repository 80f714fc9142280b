"""The Gate gallery page."""

__all__ = ["comparison", "controls", "features", "pitfalls", "sections", "shapes", "wall"]
