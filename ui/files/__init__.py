"""What people upload or paste, checked before it is read: arrays, images, lists of numbers."""

__all__ = ["arrays", "handed", "spreadsheet", "uploads"]
