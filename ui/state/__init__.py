"""The state of a page: its link, its history, present mode, seeds."""

__all__ = ["history", "link", "present", "seeds"]
