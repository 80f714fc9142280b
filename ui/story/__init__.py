"""The Story page: tour, stories from files, quiz."""

__all__ = ["controls", "quiz", "quiz_controls", "view"]
