"""Processes that take turns: each stands still while it is not its turn, with those that it drives."""

import sys
from time import sleep

import psutil
import pytest

from bench.turns import side

# Starts a child, then does a piece of work for each of its lines.
_WORK = """
import subprocess, sys
from bench.turns import print_done, print_figure
child = subprocess.Popen([sys.executable, "-uc", "while True: print(sum(range(10_000)))"], stdout=subprocess.PIPE)
for _ in range(int(sys.argv[1])):
    child.stdout.readline()
    print_done(3)
print_figure("left", 5.5)
child.kill()
sys.exit(int(sys.argv[2]))
"""


def _work(lines: int, code: int = 0) -> list[str]:
    return [sys.executable, "-c", _WORK, str(lines), str(code)]


def lives(process):
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_it_stands_still_between_its_turns():
    with side(_work(10**9), 30) as one:
        while not one.counted:
            one.take_turn(0.05)
        assert len(one.processes()) == 2
        while {process.status() for process in one.processes()} != {psutil.STATUS_STOPPED}:
            sleep(0.01)  # the kernel stops them a moment later
        assert one.done % 3 == 0
        assert one.rate().wall > 0
        processes = one.processes()
    while any(map(lives, processes)):
        sleep(0.01)  # likewise


def test_it_goes_on_to_its_end_and_gives_its_figures():
    with side(_work(20_000), 3) as one:
        while not one.counted:
            one.take_turn(0.05)
        rate = one.rate()
        assert one.finish() == {"left": 5.5}
        assert one.done == 60_000
        assert one.rate() == rate


def test_a_process_that_fails_is_an_error():
    with pytest.raises(RuntimeError, match="after 6 of 9"), side(_work(2), 9):
        pass
    with side(_work(500, code=3), 3) as one, pytest.raises(RuntimeError, match="exit code 3"):
        one.finish()
