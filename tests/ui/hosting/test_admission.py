"""The limit on sessions: never more are admitted, none waits while there is room, the order is kept."""

from hypothesis import given
from hypothesis import strategies as st

from ui.hosting.admission import SessionLimit


def test_three_sessions():
    """Worked by hand: three are admitted, two wait, one leaves, the first of the two is admitted."""
    limit = SessionLimit(3)
    assert [limit.heartbeat(name, "abc", 0.0) for name in "abc"] == [0, 0, 0]
    assert limit.heartbeat("d", "abcd", 1.0) == 1
    assert limit.heartbeat("e", "abcde", 1.0) == 2
    assert limit.heartbeat("e", "acde", 2.0) == 2, "b has left, but d comes first"
    assert limit.heartbeat("d", "acde", 3.0) == 0
    assert limit.heartbeat("e", "acde", 4.0) == 1
    assert [limit.is_admitted(name) for name in "abcde"] == [True, False, True, True, False]


def test_an_admitted_session_stays_admitted():
    limit = SessionLimit(1)
    assert [limit.heartbeat("a", "a", now) for now in (0.0, 1.0, 99.0)] == [0, 0, 0]
    assert limit.heartbeat("b", "ab", 100.0) == 1
    assert limit.heartbeat("a", "ab", 101.0) == 0


def test_without_heartbeats_a_session_no_longer_waits():
    limit = SessionLimit(1)
    assert limit.heartbeat("a", "a", 0.0) == 0
    assert limit.heartbeat("lost", "a", 0.0) == 1
    assert limit.heartbeat("b", "ab", 1.0) == 2
    assert limit.heartbeat("b", "ab", 30.0) == 1


@given(st.integers(1, 5), st.lists(st.tuples(st.sampled_from(["come", "leave"]), st.integers(0, 9)), max_size=60))
def test_never_too_many_and_never_room_while_one_waits(limit, events):
    """After one heartbeat of each session that waits, the server is full or the queue is empty; the order is kept."""
    sessions, admitted, waiting, now = SessionLimit(limit), [], [], 0.0
    for number, (event, which) in enumerate(events):
        now += 0.1
        if event == "come":
            waiting.append(f"session {number}")
        elif admitted:
            admitted.pop(which % len(admitted))
        for name in list(waiting):
            if sessions.heartbeat(name, [*admitted, *waiting], now) == 0:
                assert name == waiting[0]
                waiting.remove(name)
                admitted.append(name)
        assert len(admitted) <= limit
        assert not waiting or len(admitted) == limit
        assert all(sessions.is_admitted(name) for name in admitted)
