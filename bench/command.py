"""`python -m core` compared with a Python process that only imports NumPy."""

from __future__ import annotations

import subprocess
import sys

from bench.timing import Row, side_by_side


def measure() -> list[Row]:
    """The start of the command."""
    ours, numpy = side_by_side(
        lambda: _run("-m", "core", "Multiply", "5,1,5", "5,4,5"), lambda: _run("-c", "import numpy"), rounds=10
    )
    return [Row("python -m core", ours, numpy, "python -c 'import numpy'", "under 0.3 s", ours < 0.3)]


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
