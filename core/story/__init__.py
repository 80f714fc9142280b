"""Stories and quizzes: data that is read and checked before it is shown."""

__all__ = ["model", "quiz", "reading"]
