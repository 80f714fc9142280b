"""Each parser under a coverage-guided fuzzer: a number of inputs in `make test`, a minute each in `make slow`."""

import importlib.util
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from select import select

import pytest

from tests.fuzz.targets import NAMES
from tests.patience import PATIENCE

ROOT = Path(__file__).parent.parent.parent
HERE = pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris has no wheel for this machine")

TRIES = {"images": 200, "npz": 400, "recordings": 400, "stories": 1_000}  # of those whose inputs take longer


@pytest.fixture(scope="module")
def fuzzer() -> Iterator[subprocess.Popen[str]]:
    """The process that has imported the parsers; see `fuzz_in_forks`."""
    (ROOT / "build").mkdir(exist_ok=True)
    command = [sys.executable, "-m", "tests.fuzz.targets"]
    with (
        subprocess.Popen(
            command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process,
    ):
        yield process
        process.kill()


@pytest.fixture
def fuzz(fuzzer: subprocess.Popen[str], tmp_path: Path) -> Callable[..., int]:
    """Runs the fuzzer, checks that it finds nothing, and gives the number of inputs."""

    def run(name: str, seconds: int = 0, tries: int = 0) -> int:
        assert fuzzer.stdin is not None
        assert fuzzer.stdout is not None
        fuzzer.stdin.write(f"{seconds} {tries} {name} {tmp_path / 'output'}\n")
        fuzzer.stdin.flush()
        assert select([fuzzer.stdout], [], [], seconds + PATIENCE)[0], "the fuzzer does not end"
        code, output = fuzzer.stdout.readline(), (tmp_path / "output").read_text(errors="replace")
        assert code == "0\n", output[-6_000:]
        tried = re.search(r"number_of_executed_units: (\d+)", output)
        assert tried is not None
        return int(tried[1])

    return run


@HERE
@pytest.mark.parametrize("name", NAMES)
def test_a_short_run_finds_nothing(name, fuzz):
    assert fuzz(name, tries=TRIES.get(name, 2_000)) >= TRIES.get(name, 2_000)


@HERE
@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_minute_finds_nothing(name, fuzz):
    assert fuzz(name, seconds=60) > 0  # the number depends on the machine
