"""Many people at once, beside a minimal app with one heatmap: `python -m bench load_table`.

Only servers on this machine that it has started itself; it ends by itself. Client and servers share the machine, so
figures are upper bounds; the two sides are driven in turn, so that other work slows both alike.
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
_MOST = 256  # sessions at once; this is a measure, not a weapon
_LONGEST = 4_000.0  # seconds
_WAVE = 20  # sessions that come and go together


@dataclass
class Case:
    """One app under one load: what came of it in all rounds."""

    figures: Figures = field(default_factory=Figures)
    seconds: float = 0.0
    processor: float = 0.0
    memory: float = 0.0

    def row(self) -> dict[str, float]:
        """The figures by name; times in ms."""
        again = sorted(self.figures.again) or [0.0]
        points = {f"p{point}": 1000 * again[ceil(point / 100 * len(again)) - 1] for point in (50, 95, 99)}
        return {
            **points,
            "first p95": 1000 * sorted(self.figures.first)[ceil(0.95 * len(self.figures.first)) - 1],
            "runs": len(again),
            "errors": len(self.figures.faults),
            "processor ms a run": 1000 * self.processor / max(1, len(again) + len(self.figures.first)),
            "KB a run": self.figures.bytes / 1000 / max(1, len(again) + len(self.figures.first)),
            "memory MB": self.memory,
        }


async def load(server: Server, sessions: int, *, seconds: float, think: float = 3.0, seed: int = 0) -> Case:
    """Sessions on all pages in turn, each acting every few seconds.

    Args:
        server: to act on.
        sessions: at once, at most 256.
        seconds: how long they stay, at most an hour or so.
        think: between two acts of one session, on average.
        seed: of what they do.
    """
    case, until, before = Case(), perf_counter() + min(seconds, _LONGEST), server.processor()
    pages = await pages_of(server)
    people = [
        _one(server, pages[number % len(pages)], case.figures, until, think, random.Random(f"{seed}/{number}"))  # noqa: S311  # no secret
        for number in range(min(sessions, _MOST))
    ]
    await asyncio.gather(*people)
    case.seconds, case.processor, case.memory = seconds, server.processor() - before, server.memory()
    return case


async def pages_of(server: Server) -> list[str]:
    """The paths of all pages, as the app itself tells."""
    async with visiting(server.address) as visitor:
        await visitor.open()
        return [path for path, _ in visitor.pages] or [""]


async def _one(server: Server, page: str, figures: Figures, until: float, think: float, choose: random.Random) -> None:
    await asyncio.sleep(think * choose.random())  # people do not come in the same instant
    try:
        async with visiting(server.address) as visitor:
            figures.note(await visitor.open(page), first=True)
            await stay(visitor, figures, until=until, think=think, choose=choose)
    except Exception as error:  # whatever it is, it is counted and shown
        figures.faults.append(f"{page}: {type(error).__name__} {error}")


async def come_and_go(server: Server, sessions: int) -> list[str]:
    """Sessions in waves: each opens a page, looks once more, and leaves. Gives what went wrong."""
    figures, pages = Figures(), await pages_of(server)
    for start in range(0, sessions, _WAVE):
        numbers = range(start, min(start + _WAVE, sessions))
        until = perf_counter() + 0.3
        await asyncio.gather(
            *(
                _one(server, pages[number % len(pages)], figures, until, 0.2, random.Random(number))  # noqa: S311
                for number in numbers
            )
        )
    return figures.faults


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
    """Ours and the two it is held against, each warmed up: every page once, and all its sandboxes started."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        found = {}
        for name, text in (("minimal", MINIMAL), ("frozen", FROZEN)):
            script = Path(folder) / f"{name}.py"
            script.write_text(text, encoding="utf-8")
            found[name] = stack.enter_context(serving(str(script)))
        found["ours"] = stack.enter_context(serving("app.py"))
        for server in found.values():
            asyncio.run(come_and_go(server, _WAVE))
        asyncio.run(load(found["ours"], 5, seconds=30))
        yield found


def compare(servers: dict[str, Server], sessions: int, *, seconds: float, rounds: int = 2) -> dict[str, Case]:
    """The same load on each server in turn."""
    cases = {name: Case() for name in servers}
    for turn in range(rounds):
        for name, server in servers.items():
            one, kept = asyncio.run(load(server, sessions, seconds=seconds, seed=turn)), cases[name]
            kept.figures.first += one.figures.first
            kept.figures.again += one.figures.again
            kept.figures.faults += one.figures.faults
            kept.figures.bytes += one.figures.bytes
            kept.seconds, kept.processor = kept.seconds + one.seconds, kept.processor + one.processor
            kept.memory = max(kept.memory, one.memory)
    return cases
