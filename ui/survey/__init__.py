"""The Survey page: what the gates of a model do over a whole data set, and which images are odd."""

__all__ = ["controls", "downloads", "image", "opening", "start", "strip", "verdicts"]
