"""Timing two calls in turn, so that a busy machine slows both equally."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        name: what is measured.
        figure: ours, in seconds or in `unit`.
        baseline: what it is compared with.
        against: the name of the baseline.
        bound: what is promised, in words.
        kept: whether it is.
        unit: of both, seconds unless something else is said.
    """

    name: str
    figure: float
    baseline: float
    against: str
    bound: str
    kept: bool
    unit: str = "s"

    @property
    def ratio(self) -> float:
        """Ours in units of the baseline."""
        return self.figure / self.baseline


_BLOCKS = 10


def side_by_side(ours: Callable[[], object], theirs: Callable[[], object], rounds: int = 200) -> tuple[float, float]:
    """The time of each, called in turn, in seconds.

    It is the median of the best of ten blocks, since other work on the machine only ever adds; the two are the best
    block of each, and the first tenth of all calls warms up.
    """
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds + rounds // 10):
        for kept, call in zip(times, (ours, theirs), strict=True):
            start = perf_counter()
            call()
            kept.append(perf_counter() - start)
    first, second = (_best(kept[rounds // 10 :]) for kept in times)
    return first, second


def _best(times: list[float]) -> float:
    length = max(1, len(times) // _BLOCKS)
    return min(median(times[start : start + length]) for start in range(0, len(times), length))
