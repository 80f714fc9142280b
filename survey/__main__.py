"""`python -m survey MODEL DATA... --out FOLDER`."""

from __future__ import annotations

import sys

from sandbox.processes.terminal import reserve_standard_error
from survey.command import main

if __name__ == "__main__":
    reserve_standard_error()
    sys.exit(main())
