"""Scenes as files: PNG, SVG, PPTX, GIF, WebP."""

__all__ = ["animation", "raster", "slides", "svg"]
