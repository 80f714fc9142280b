"""What a command of the terminal does with the standard streams that its child processes share."""

from __future__ import annotations

import logging
import os
import sys
from io import TextIOWrapper


def reserve_standard_error() -> None:
    """Reserve standard error for what the command itself writes: libraries of its children would print there, too."""
    sys.stderr = os.fdopen(os.dup(2), "w", encoding="utf-8", errors="backslashreplace")
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    os.close(nothing)
    logging.disable()
    if isinstance(sys.stdout, TextIOWrapper):  # names may be in any language; terminals may not support it
        sys.stdout.reconfigure(errors="backslashreplace")
