"""The wheel, built and unpacked once."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """The folder of an installed wheel, built from the sources here."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", str(ROOT), "--no-deps", "--no-build-isolation", "-q", "-w", folder]
    subprocess.run(command, check=True, capture_output=True)
    (file,) = folder.glob("mergescope-*.whl")
    assert file.stat().st_size <= 2_000_000
    subprocess.run([sys.executable, "-m", "zipfile", "-e", file, folder / "site"], check=True)
    return folder / "site"
