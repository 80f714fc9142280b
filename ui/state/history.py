"""Undo and redo. A state is the link of a page; each page has its own trail of states."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import streamlit as st

from ui import session

MOST = 50  # states that can be undone
ASIDE = frozenset({"present"})  # how the page is looked at, not what it shows
_TRAILS, _PAGE, _ASKED = "history_trails", "history_page", "history_asked"
State = dict[str, str]


@dataclass
class Trail:
    """The states of one page.

    Attributes:
        states: the parameters of its links, oldest first.
        at: index of the state on screen; those after it can be redone.
    """

    states: list[State] = field(default_factory=list)
    at: int = -1

    def note(self, state: State, *, asked: bool, outside: bool) -> None:
        """Add the state on screen.

        Args:
            state: the parameters of the link.
            asked: whether `step` asked for it; then it replaces the state that was asked for, however it was read.
            outside: whether the link was changed by another hand, such as the browser's Back: a state that is known
                is then returned to, not added.
        """
        if self.states and self.states[self.at] == state:
            return
        if asked and self.states:
            self.states[self.at] = state
            return
        known = [index for index, one in enumerate(self.states) if one == state] if outside else []
        if known:
            self.at = min(known, key=lambda index: abs(index - self.at))
            return
        self.states = [*self.states[: self.at + 1], state][-MOST - 1 :]
        self.at = len(self.states) - 1


def note(page: str, parameters: State, *, outside: bool) -> None:
    """Remember the state of a page. `link.end` calls this once for every run."""
    session.VALUES[_PAGE] = page
    asked = bool(session.VALUES.pop(_ASKED, False))
    _trail().note(_content(parameters), asked=asked, outside=outside)


def can(by: int) -> bool:
    """Whether there is a state one step on (1) or back (-1)."""
    trail = _trail()
    return 0 <= trail.at + by < len(trail.states)


def step(by: int) -> None:
    """Put the state one step on (1) or back (-1) into the link; the callback of a button.

    Streamlit may stop a callback at any use of its state and call it again, so the step is noted last.

    Args:
        by: nothing happens if there is no such state.
    """
    trail = _trail()
    at = trail.at + by
    if not 0 <= at < len(trail.states):
        return
    aside = {key: value for key, value in st.query_params.to_dict().items() if key in ASIDE}
    st.query_params.from_dict({**trail.states[at], **aside})
    session.VALUES[_ASKED] = True
    trail.at = at


def asked() -> bool:
    """Whether `step` has put the state of this run into the link."""
    return bool(session.VALUES.get(_ASKED, False))


def _content(parameters: State) -> State:
    return {key: value for key, value in parameters.items() if key not in ASIDE}


def _trail() -> Trail:
    trails = session.VALUES.setdefault(_TRAILS, {})
    return cast(Trail, trails.setdefault(session.VALUES.get(_PAGE, ""), Trail()))
