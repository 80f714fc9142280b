"""Many people at a time, beside minimal apps with one heatmap: `python -m bench load_table`.

Only servers on this machine that it has started itself; it ends by itself. Client and servers share the machine, so
figures are upper bounds; the sides are driven in turn, so that other work slows all alike.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from time import perf_counter

from bench.load_people import Figures, stay
from bench.load_server import FROZEN, MINIMAL, Server, serving
from bench.load_visitor import visiting

SESSIONS = (1, 8, 32, 64)
_MOST = 256  # sessions at a time; this is a measure, not a weapon
_LONGEST = 4_000.0  # seconds
_WAVE = 20  # sessions that come and go together


@dataclass
class Case:
    """One app under one load: what was measured in all rounds, by the page on which a session stays."""

    pages: dict[str, Figures] = field(default_factory=dict)
    processor: float = 0.0
    memory: float = 0.0

    @property
    def figures(self) -> Figures:
        """Of all pages together."""
        total = Figures()
        for one in self.pages.values():
            total.add(one)
        return total

    def row(self) -> dict[str, float]:
        """The figures by name; times in ms."""
        total = self.figures
        again, first = sorted(total.again) or [0.0], sorted(total.first) or [0.0]
        points = {f"p{point}": 1000 * again[ceil(point / 100 * len(again)) - 1] for point in (50, 95, 99)}
        return {
            **points,
            "first p95": 1000 * first[ceil(0.95 * len(first)) - 1],
            "runs": total.runs,
            "errors": len(total.faults),
            "processor ms a run": 1000 * self.processor / max(1, total.runs),
            "KB a run": total.bytes / 1000 / max(1, total.runs),
            "memory MB": self.memory,
            **{f"KB a run, {page or 'Home'}": one.bytes / 1000 / max(1, one.runs) for page, one in self.pages.items()},
        }

    def add(self, other: Case) -> None:
        """Another round of the same."""
        for page, figures in other.pages.items():
            self.pages.setdefault(page, Figures()).add(figures)
        self.processor += other.processor
        self.memory = max(self.memory, other.memory)


async def load(
    server: Server, sessions: int, *, seconds: float, think: float = 3.0, seed: int = 0, least: int = 0
) -> Case:
    """Sessions on all pages in turn, each acting every few seconds.

    Args:
        server: to act on.
        sessions: at a time, at most 256.
        seconds: how long they stay, at most an hour or so.
        think: between two acts of one session, on average.
        seed: of what they do.
        least: acts of each session, even if they take longer than that.
    """
    case, until, before = Case(), perf_counter() + min(seconds, _LONGEST), server.processor()
    pages = await pages_of(server)
    case.pages = {page: Figures() for page in pages}
    people = [
        _one(server, pages[number % len(pages)], case, until, think, _chooser(f"{seed}/{number}"), least=least)
        for number in range(min(sessions, _MOST))
    ]
    await asyncio.gather(*people)
    case.processor, case.memory = server.processor() - before, server.memory()
    return case


async def pages_of(server: Server) -> list[str]:
    """The paths of all pages, from the app's menu."""
    async with visiting(server.address) as visitor:
        await visitor.open()
        return [path for path, _ in visitor.pages] or [""]


def _chooser(seed: str) -> random.Random:
    return random.Random(seed)  # noqa: S311  # no secret


async def _one(
    server: Server, page: str, case: Case, until: float, think: float, choose: random.Random, *, least: int = 0
) -> None:
    await asyncio.sleep(think * choose.random())  # people do not come in the same instant
    figures = case.pages[page]
    try:
        async with visiting(server.address) as visitor:
            figures.note(await visitor.open(page), first=True)
            await stay(visitor, figures, until=until, think=think, choose=choose, least=least)
    except Exception as error:  # whatever it is, it is counted and shown
        figures.faults.append(f"{page}: {type(error).__name__} {error}")


async def come_and_go(server: Server, sessions: int) -> list[str]:
    """Sessions in waves: each opens a page, acts once, and leaves. Gives what went wrong."""
    pages = await pages_of(server)
    case = Case({page: Figures() for page in pages})
    for start in range(0, sessions, _WAVE):
        numbers = range(start, min(start + _WAVE, sessions))
        until = perf_counter() + 0.3
        await asyncio.gather(
            *(
                _one(server, pages[number % len(pages)], case, until, 0.2, _chooser(str(number)), least=1)
                for number in numbers
            )
        )
    return case.figures.faults


async def idle(server: Server, sessions: int) -> float:
    """MB for each session that has a page open and does nothing."""
    pages, before = await pages_of(server), server.memory()
    async with contextlib.AsyncExitStack() as stack:
        for number in range(sessions):
            visitor = await stack.enter_async_context(visiting(server.address))
            await visitor.open(pages[number % len(pages)])
        await asyncio.sleep(1)
        return (server.memory() - before) / sessions


@contextlib.contextmanager
def apps() -> Iterator[dict[str, Server]]:
    """This app and the two it is compared with, each warmed up: every page once, and all its sandboxes started."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        found = {}
        for name, text in (("minimal", MINIMAL), ("frozen", FROZEN)):
            script = Path(folder) / f"{name}.py"
            script.write_text(text, encoding="utf-8")
            found[name] = stack.enter_context(serving(str(script)))
        found["ours"] = stack.enter_context(serving("app.py"))
        for server in found.values():
            warm_up(server)
        yield found


def warm_up(server: Server) -> None:
    """Open every page, so that nothing is imported or started during a measurement."""
    asyncio.run(come_and_go(server, _WAVE))
    asyncio.run(load(server, 6, seconds=20))


def compare(servers: dict[str, Server], sessions: int, *, seconds: float, rounds: int = 2) -> dict[str, Case]:
    """The same load on each server in turn."""
    cases = {name: Case() for name in servers}
    for turn in range(rounds):
        for name, server in servers.items():
            cases[name].add(asyncio.run(load(server, sessions, seconds=seconds, seed=turn)))
    return cases
