"""The door: nobody is let in beyond the limit, nobody waits while there is room, nobody overtakes."""

from hypothesis import given
from hypothesis import strategies as st

from ui.hosting.admission import Door


def test_a_house_for_three():
    """Worked by hand: three are in, two wait, one leaves, the first of the two gets in."""
    door = Door(3)
    assert [door.knock(name, number, 0.0) for number, name in enumerate("abc", 1)] == [0, 0, 0]
    assert door.knock("d", 4, 1.0) == 1
    assert door.knock("e", 5, 1.0) == 2
    assert door.knock("e", 4, 2.0) == 2  # somebody has left, but "d" comes first
    assert door.knock("d", 4, 3.0) == 0
    assert door.knock("e", 4, 4.0) == 1


def test_who_does_not_knock_any_more_has_left():
    door = Door(1)
    assert door.knock("a", 1, 0.0) == 0
    assert door.knock("gone", 2, 0.0) == 1
    assert door.knock("b", 3, 1.0) == 2
    assert door.knock("b", 2, 30.0) == 1


@given(st.integers(1, 5), st.lists(st.tuples(st.sampled_from(["come", "leave"]), st.integers(0, 9)), max_size=60))
def test_never_too_many_and_never_room_for_one_who_waits(most, events):
    """Whoever comes and leaves: after everybody has knocked once more, the house is full or the line is empty."""
    door, inside, waiting, now = Door(most), [], [], 0.0
    for number, (event, which) in enumerate(events):
        now += 0.1
        if event == "come":
            waiting.append(f"visitor {number}")
        elif inside:
            inside.pop(which % len(inside))
        for name in list(waiting):
            if door.knock(name, len(inside) + len(waiting), now) == 0:
                waiting.remove(name)
                inside.append(name)
        assert len(inside) <= most
        assert not waiting or len(inside) == most
