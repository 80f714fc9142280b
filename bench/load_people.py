"""What people do on a page: choose, switch, type, look at another channel, and think in between.

No page is named here: the widgets that a page has are used, so that a new page takes part. What an audience would not
do all at once, or what needs a file, is in `_LEFT_ALONE`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from time import perf_counter

from bench.load_visitor import Run, Visitor, selection
from bench.load_widgets import Widget

_LEFT_ALONE = re.compile(
    r"lang|present_button|undo|redo|stage|msrc|mstart|mstop|story|slice|again|survey.*|from|FormSubmitter.*|d\d|None"
    r"|reconnect|share|export|paste"  # the first is pressed by stage/reconnect.js alone
)
_OWN = ("a file of yours", "a pasted list")  # choices that need a file or a text first
_TYPED = {
    r"s\d": ("5,1,7", "5,3,7", "2,1,1,7", "5,3,1", "3,1,7", "5,2,7"),
    r"seed|mseed|set": ("1", "7", "42"),
    r"axis|axes": ("1", "2", "-1"),
    r"mfind": ("", "gate", "add"),
}
_VIEW_CHANNELS = 8


@dataclass
class Figures:
    """What was measured under a load.

    Attributes:
        first: seconds of the first views.
        again: seconds of the runs after them.
        faults: exceptions on screen and broken connections.
        bytes: received.
    """

    first: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    bytes: int = 0

    @property
    def runs(self) -> int:
        """First views and runs after them."""
        return len(self.first) + len(self.again)

    def add(self, other: Figures) -> None:
        """Count all runs of another round, too."""
        self.first += other.first
        self.again += other.again
        self.faults += other.faults
        self.bytes += other.bytes

    def note(self, run: Run, *, first: bool = False) -> None:
        """Count one run."""
        (self.first if first else self.again).append(run.seconds)
        self.faults += run.faults
        self.bytes += run.size


def acts(visitor: Visitor) -> Iterator[tuple[str, str | bool, Widget]]:
    """All that could be done on the page now, one act for each widget and choice."""
    for key, widget in visitor.widgets.items():
        if widget.disabled or _LEFT_ALONE.fullmatch(key):
            continue
        if widget.kind in ("selectbox", "button_group", "slider", "radio"):
            for option in widget.options:
                if option not in _OWN:
                    yield key, option, widget
        elif widget.kind == "button":
            yield key, True, widget
        elif widget.kind in ("popover", "expandable"):
            yield key, not widget.value, widget
        elif widget.kind == "text_input":
            for pattern, texts in _TYPED.items():
                if re.fullmatch(pattern, key):
                    yield from ((key, text, widget) for text in texts)
        elif widget.kind == "bidi_component" and not key.startswith("merges"):
            yield from ((key, selection(channel=at), widget) for at in range(_VIEW_CHANNELS))


async def stay(
    visitor: Visitor, figures: Figures, *, until: float, think: float, choose: random.Random, least: int = 0
) -> None:
    """Act on the page again and again.

    Args:
        visitor: whose page is open.
        figures: to note into.
        until: when to stop, as `perf_counter` tells.
        think: seconds between two acts, on average.
        choose: decides what is done; its seed makes it again.
        least: acts, even if they take longer than that.
    """
    for number in count():
        pause = think * choose.uniform(0.5, 1.5)
        if number >= least and perf_counter() + pause > until:
            await visitor.think(max(0.0, until - perf_counter()))
            return
        await visitor.think(pause)
        keys = sorted({key for key, _, _ in acts(visitor)})
        if not keys:
            figures.note(await visitor.change())
            continue
        key = choose.choice(keys)  # a menu of twelve is not used twelve times as often as a switch
        value = choose.choice([value for name, value, _ in acts(visitor) if name == key])
        figures.note(await visitor.change(**{key: value}))
