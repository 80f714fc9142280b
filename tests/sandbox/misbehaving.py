"""Jobs that do what a worker should not; for `test_process.py`."""

import os
import sys
import time

import numpy as np


def echo(header, arrays):
    return header, arrays


def look(header, arrays):
    """What surrounds the child."""
    blocked = sorted(name for name, module in sys.modules.items() if module is None)
    return {
        "environment": sorted(os.environ), "pid": os.getpid(), "isolated": sys.flags.isolated, "blocked": blocked,
    }, []  # fmt: skip


def talk(header, arrays):
    """Print where the messages would go, by Python and past it, and read where they would come from."""
    print("printed by the worker")
    os.write(1, b"written by the worker\n")
    return {"read": sys.stdin.read()}, []


def hang(header, arrays):
    time.sleep(3_600)


def allocate(header, arrays):
    return {}, [np.ones(header["bytes"], np.uint8)[:1]]


def die(header, arrays):
    os.abort()


def fail(header, arrays):
    raise KeyError("a mistake in the job")


def promise(header, arrays):
    """Reply with more than the parent takes."""
    return {}, [np.zeros(header["bytes"], np.uint8)]


JOBS = {job.__name__: job for job in (echo, look, talk, hang, allocate, die, fail, promise)}
