"""The one error of the sandbox: why a call has no reply."""

from __future__ import annotations

from typing import Literal

Failure = Literal[
    "too large",  # more bytes than may be sent; nothing was sent
    "unsendable",  # an array or an option that a message cannot hold
    "busy",  # too many calls are waiting already
    "start",  # the child process did not start
    "resting",  # it failed several times in a row and will be started again later
    "timeout",  # the call took too long; the child was killed
    "memory",  # the child reached its memory limit
    "gone",  # the child ended before it took the call, which may safely be repeated
    "died",  # the child ended while it answered the call
    "failed",  # the job raised an unexpected error
    "closed",  # the server is stopping
]


class SandboxError(RuntimeError):
    """A call has no reply.

    Attributes:
        kind: the reason, as a word that a program can read.
        text: details for a log; may quote what was sent, so it must not be shown on a page.
    """

    def __init__(self, kind: Failure, text: str = "") -> None:
        self.kind: Failure = kind
        self.text = text
        super().__init__(f"{kind}: {text}" if text else kind)

    def __reduce__(self) -> tuple[object, ...]:  # the text of an exception alone would become its kind
        """Rebuild it from its parts."""
        return SandboxError, (self.kind, self.text)
