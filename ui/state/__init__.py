"""The state of a page: its link, its history, present mode, seeds, and which part of it is drawn."""

__all__ = ["asked", "history", "link", "parts", "present", "seeds"]
