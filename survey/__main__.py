"""`python -m survey MODEL DATA... --out FOLDER`."""

from __future__ import annotations

import os
import signal
import sys

# Before NumPy is imported: with threads of its own in each worker, it waits for them longer than it computes.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from sandbox.processes.terminal import reserve_standard_error
from survey.command import main

if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):  # the page sends the second; a shell may ignore the first
        signal.signal(number, signal.default_int_handler)
    reserve_standard_error()
    sys.exit(main())
