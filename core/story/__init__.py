"""Stories and quizzes: data that is read and validated before it is shown."""

__all__ = ["model", "quiz", "reading"]
