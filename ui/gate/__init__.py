"""The Attention gate page."""

__all__ = ["case", "claim", "controls", "export", "learning", "network", "product", "scene", "sections", "sliders"]
