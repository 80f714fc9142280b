"""Asks the installed Keras whether a merge is right, in a process of its own."""

__all__ = ["verdict", "verify"]
