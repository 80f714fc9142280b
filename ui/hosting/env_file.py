"""The settings for public use, `deploy/public.env`: taken over where the environment says nothing else."""

from __future__ import annotations

import os
from pathlib import Path

FILE = Path(__file__).parent.parent.parent / "deploy" / "public.env"


def read_defaults(file: Path = FILE) -> dict[str, str]:
    """Put the settings of a file into the environment, which has the last word.

    Args:
        file: lines of NAME=value; empty lines and those that begin with # are left out.

    Returns:
        What the file says.
    """
    lines = [line.strip() for line in file.read_text(encoding="utf-8").splitlines()]
    settings = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    for name, value in settings.items():
        os.environ.setdefault(name, value)
    return settings
