"""Turns a view into a scene: every text, box and heatmap with its position."""

__all__ = [
    "cells",
    "compose",
    "fonts",
    "heatmap",
    "layout",
    "numbers",
    "outlines",
    "panel",
    "scale",
    "scene",
    "snapshot",
    "sums",
    "theme",
    "wall",
]
