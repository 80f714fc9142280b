"""Undo and redo as a model: a trail of states against a plain list."""

from hypothesis import given
from hypothesis import strategies as st

from ui.state.history import MOST, Trail


def state(number: int) -> dict[str, str]:
    return {"n": str(number)} if number else {}


def trail_of(*numbers: int) -> Trail:
    trail = Trail()
    for number in numbers:
        trail.note(state(number), asked=False, outside=False)
    return trail


def test_by_hand():
    """Two changes, one undone, another made: what was undone is gone."""
    trail = trail_of(0, 1, 2)
    assert trail.at == 2
    trail.at -= 1
    trail.note(state(1), asked=True, outside=True)
    assert [s.get("n") for s in trail.states] == [None, "1", "2"], "an undo adds nothing"
    trail.note(state(3), asked=False, outside=False)
    assert [s.get("n") for s in trail.states] == [None, "1", "3"]


def test_back_in_the_browser_is_an_undo():
    """The same state by the browser's Back is gone to, and can be done again."""
    trail = trail_of(0, 1, 2)
    trail.note(state(1), asked=False, outside=True)
    assert (trail.at, len(trail.states)) == (1, 3)
    trail.note(state(0), asked=False, outside=True)
    assert (trail.at, len(trail.states)) == (0, 3)


def test_there_and_back_by_hand_are_two_changes():
    """What a person changed back is a change that can be taken back."""
    trail = trail_of(0, 1, 0)
    assert (trail.at, len(trail.states)) == (2, 3)


def test_an_asked_state_that_reads_otherwise_stands_for_itself():
    """A state that comes out a little different after an undo does not cut off what could be done again."""
    trail = trail_of(0, 1, 2)
    trail.at -= 1
    trail.note(state(7), asked=True, outside=True)
    assert [s.get("n") for s in trail.states] == [None, "7", "2"]


@given(st.lists(st.one_of(st.integers(0, 200), st.just("undo"), st.just("redo")), max_size=150))
def test_against_a_list(acts):
    """The last 50 states come back exactly, whatever is done in between."""
    trail, past, future = trail_of(0), [0], []
    for act in acts:
        if act == "undo":
            assert (trail.at > 0) == (len(past) > 1)
            if len(past) > 1:
                future.append(past.pop())
                trail.at -= 1
                trail.note(state(past[-1]), asked=True, outside=True)
        elif act == "redo":
            assert (trail.at + 1 < len(trail.states)) == bool(future)
            if future:
                past.append(future.pop())
                trail.at += 1
                trail.note(state(past[-1]), asked=True, outside=True)
        elif act != past[-1]:
            past, future = [*past, act][-MOST - 1 :], []
            trail.note(state(act), asked=False, outside=False)
        assert trail.states[trail.at] == state(past[-1])


def test_fifty_states():
    """After a hundred changes fifty can be taken back."""
    trail = trail_of(*range(101))
    assert trail.at == MOST == 50
    assert trail.states[0] == state(50)
