"""Every parser under a coverage-guided fuzzer: a few seconds in each run of the tests, a minute each in `make slow`."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.targets import NAMES

ROOT = Path(__file__).parent.parent.parent
HERE = pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris has no wheel for this machine")


def fuzz(name: str, seconds: int) -> None:
    """Ends well, and did try something."""
    (ROOT / "build").mkdir(exist_ok=True)
    command = [sys.executable, "-m", "tests.fuzz.targets", name, str(seconds)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, errors="replace", timeout=seconds + 120, check=False
    )
    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-4_000:]
    tried = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    assert tried is not None
    assert int(tried[1]) > 0  # how many fit into a second says something about the machine


@HERE
@pytest.mark.parametrize("name", NAMES)
def test_a_short_run_finds_nothing(name):
    fuzz(name, 1)


@HERE
@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_minute_finds_nothing(name):
    fuzz(name, 60)
