"""The Story page: the tour, stories from files, the quiz."""

__all__ = ["controls", "quiz", "quiz_controls", "view"]
