"""Compares a merge with the installed Keras, which runs in a separate process."""

__all__ = ["verdict", "verify"]
