"""`python -m survey MODEL DATA... --out FOLDER`."""

from __future__ import annotations

import sys

from survey.command import main

if __name__ == "__main__":
    sys.exit(main())
