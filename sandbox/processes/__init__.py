"""Child processes: both ends, the messages between them, the queue of calls, restarts, and the fence."""

__all__ = ["child_main", "errors", "fence", "messages", "one_shot", "process", "statistics"]
