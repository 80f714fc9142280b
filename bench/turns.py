"""Processes that take turns: each runs only while it is its turn, so a slow minute of the machine slows all of them.

Such a process prints a line like `done 16` when pieces of work are done, and may print figures (`figure merging 0.1`).
Between its turns it is suspended with the processes that it drives, and goes on where it was: nothing is lost at the
edges of a turn.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep
from typing import Any


@dataclass(frozen=True)
class Rate:
    """Seconds of one piece of work: on the clock, and of the processor in all processes."""

    wall: float
    processor: float


class Side:
    """A process and those that it drives."""

    def __init__(self, command: Sequence[str], folder: Path | None = None) -> None:
        """Start it.

        Args:
            command: that is run.
            folder: in which it is run; None for the current one.
        """
        import psutil  # type: ignore[import-untyped]  # noqa: PLC0415  # ships no types

        self._popen = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
        self._process = psutil.Process(self._popen.pid)
        self._done = self._before = self._counted = 0
        self._wall = self._processor = 0.0
        self._figures: dict[str, float] = {}
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._popen.stdout is not None
        for line in self._popen.stdout:
            kind, _, value = line.partition(" ")
            with self._changed:
                if kind == "done":
                    self._done += int(value)
                elif kind == "figure":
                    name, figure = value.split()
                    self._figures[name] = float(figure)
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def warm_up(self, pieces: int) -> None:
        """Let it do so many pieces, then suspend it.

        Raises:
            RuntimeError: it ended before.
        """
        with self._changed:
            while self._done < pieces:
                self._changed.wait(1)
                if self._done < pieces and self._popen.poll() is not None:
                    raise RuntimeError(f"The process ended after {self._done} of {pieces} pieces of its warm-up.")
        self._suspend()
        self._before = self._done

    def take_turn(self, seconds: float) -> None:
        """Let it run for some seconds, and count what it does."""
        processor, begun = self._processor_seconds(), perf_counter()
        self._resume()
        sleep(seconds)
        self._suspend()
        self._wall += perf_counter() - begun
        self._processor += self._processor_seconds() - processor
        self._counted = self._done - self._before

    @property
    def done(self) -> int:
        """Pieces that were done so far, also before its turns."""
        return self._done

    @property
    def counted(self) -> int:
        """Pieces that were done in its turns."""
        return self._counted

    def rate(self) -> Rate:
        """Over all turns; what it does before and after them does not count.

        Raises:
            ZeroDivisionError: no piece was done.
        """
        return Rate(self._wall / self._counted, self._processor / self._counted)

    def finish(self) -> dict[str, float]:
        """Let it run to its end; the figures that it has printed.

        Raises:
            RuntimeError: it failed.
        """
        self._resume()
        if code := self._popen.wait():
            raise RuntimeError(f"The process ended with exit code {code}.")
        self._reader.join()
        return self._figures

    def end(self) -> None:
        """End it and the processes that it drives."""
        if self._popen.poll() is None:
            for one in self.processes():
                one.kill()
        self._popen.wait()

    def processes(self) -> list[Any]:
        """`psutil.Process` of it and of each that it drives."""
        return [self._process, *self._process.children(recursive=True)]

    def _suspend(self) -> None:
        for one in self.processes():
            one.suspend()

    def _resume(self) -> None:
        for one in reversed(self.processes()):
            one.resume()

    def _processor_seconds(self) -> float:
        return sum(sum(one.cpu_times()[:2]) for one in self.processes())


@contextmanager
def side(command: Sequence[str], warm_up: int, folder: Path | None = None) -> Iterator[Side]:
    """A process that has done so many pieces and is suspended; it is ended at the end."""
    made = Side(command, folder)
    try:
        made.warm_up(warm_up)
        yield made
    finally:
        made.end()


def print_done(pieces: int) -> None:
    """Say in such a process that so many pieces were done."""
    _print(f"done {pieces}")


def print_figure(name: str, value: float) -> None:
    """Give a figure to the process that compares."""
    _print(f"figure {name} {value}")


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
