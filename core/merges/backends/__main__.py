"""`python -m core.merges.backends > docs/backends.md`: the table of backends as a page."""

import sys

from .page import backends_markdown

if __name__ == "__main__":
    sys.stdout.write(backends_markdown())
