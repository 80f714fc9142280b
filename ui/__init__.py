"""Widgets. Streamlit lives here, in pages/ and in app.py, and nowhere else."""

__all__ = [
    "export",
    "frame",
    "gallery",
    "gate",
    "home",
    "hosting",
    "inspector",
    "lab",
    "stage",
    "state",
    "story",
    "survey",
    "tensor_view",
    "text",
    "views",
]
