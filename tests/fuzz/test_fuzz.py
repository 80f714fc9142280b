"""Each parser under a coverage-guided fuzzer: a number of inputs in `make test`, a minute each in `make slow`."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.targets import NAMES
from tests.patience import PATIENCE

ROOT = Path(__file__).parent.parent.parent
HERE = pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris has no wheel for this machine")

TRIES = {"images": 200, "npz": 400, "recordings": 400, "stories": 1_000}  # of those whose inputs take longer


def fuzz(name: str, seconds: int = 0, tries: int = 0) -> int:
    """Run the fuzzer, check that it finds nothing, and return the number of inputs."""
    (ROOT / "build").mkdir(exist_ok=True)
    command = [sys.executable, "-m", "tests.fuzz.targets", name, str(seconds), "1", str(tries)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, errors="replace", timeout=seconds + PATIENCE, check=False
    )
    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-4_000:]
    tried = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    assert tried is not None
    return int(tried[1])


@HERE
@pytest.mark.parametrize("name", NAMES)
def test_a_short_run_finds_nothing(name):
    assert fuzz(name, tries=TRIES.get(name, 2_000)) >= TRIES.get(name, 2_000)


@HERE
@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_minute_finds_nothing(name):
    assert fuzz(name, seconds=60) > 0  # the number depends on the machine
