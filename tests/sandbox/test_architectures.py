"""Real architectures of the installed Keras: each is listed, and its outputs are those of the writer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.sandbox.architectures import opened

pytestmark = [pytest.mark.keras, pytest.mark.slow]

WRITER = ROOT / "tests" / "sandbox" / "corpus" / "architectures.py"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The files, written by another process."""
    place = tmp_path_factory.mktemp("architectures")
    subprocess.run([sys.executable, WRITER, "applications", place], check=True, env=os.environ, capture_output=True)
    return Path(place)


def test_each_is_listed_and_run(folder):
    """All merges are reached, and the outputs agree within rounding."""
    files = sorted(folder.glob("*.keras"))
    assert len(files) >= 10
    for path in files:
        found = opened(path)
        assert not found.refused, (path.name, found.refused)
        assert sum(found.merges.values()) > 5, path.name
        assert found.difference < 1e-4, path.name
