"""`python -m core.gates`: list the gates, or run one."""

import sys

from .report import main

if __name__ == "__main__":
    sys.exit(main())
