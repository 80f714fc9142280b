"""Surveys of the gates of a model over a whole data set: `python -m survey MODEL DATA... --out FOLDER`.

`results` opens what a survey wrote and needs neither Dask nor Keras; `engine` alone knows Dask.
"""

__all__ = ["command", "load", "measure", "plan", "prepare", "rank", "results", "store"]
