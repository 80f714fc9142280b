"""The one error of the sandbox: why there is no answer."""

from __future__ import annotations

from typing import Literal

Failure = Literal[
    "too large",  # more bytes than may be sent; nothing was sent
    "unsendable",  # an array or option that has no place in a message
    "busy",  # too many calls are waiting already
    "start",  # the child did not come up
    "resting",  # it failed several times in a row and is not started again yet
    "timeout",  # the call took too long; the child was killed
    "memory",  # the child ran into its memory limit
    "gone",  # the child ended before it took the call, which may safely be tried again
    "died",  # the child ended in the middle of the call
    "failed",  # the job raised an error that it did not expect
    "closed",  # the server is going down
]


class SandboxError(RuntimeError):
    """There is no answer.

    Attributes:
        kind: why, as a word that a program can read.
        text: details for a log; may quote what was sent, so not for a screen.
    """

    def __init__(self, kind: Failure, text: str = "") -> None:
        self.kind: Failure = kind
        self.text = text
        super().__init__(f"{kind}: {text}" if text else kind)
