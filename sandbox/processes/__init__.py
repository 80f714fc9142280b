"""Child processes: both ends, the messages between them, the queue of calls, restarts, and their restrictions."""

__all__ = [
    "child_main",
    "errors",
    "fence",
    "futures",
    "keras_internals",
    "messages",
    "one_shot",
    "process",
    "statistics",
    "terminal",
]
