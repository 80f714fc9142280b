"""What a session writes to its socket within one round of the event loop goes out as one, in order."""

import asyncio

from tests.asynchronous import run_async
from ui.streamlit_internals.messages import _Gathering


class Transport:
    """Notes what is written to it."""

    def __init__(self):
        self.written, self.closed = [], False

    def write(self, content):
        assert not self.closed
        self.written.append(content)

    def close(self):
        self.closed = True

    def is_closing(self):
        return self.closed

    def get_extra_info(self, name):
        return f"info {name}"


def gathered(act):
    """What the transport gets when `act` is called within the loop, after each round of it."""

    async def run():
        transport = Transport()
        await act(_Gathering(transport, asyncio.get_running_loop()))
        return transport

    return run_async(run())


def test_writes_of_one_round_are_one():
    async def act(gathering):
        for content in (b"2", b"3", b"5"):
            gathering.write(content)
        await asyncio.sleep(0)
        gathering.write(b"7")
        await asyncio.sleep(0)

    assert gathered(act).written == [b"235", b"7"]


def test_what_waits_is_written_before_the_end():
    async def act(gathering):
        gathering.write(b"last")
        gathering.close()
        await asyncio.sleep(0)

    transport = gathered(act)
    assert (transport.written, transport.closed) == ([b"last"], True)


def test_nothing_is_written_to_a_connection_that_is_lost():
    async def act(gathering):
        gathering.write(b"late")
        gathering._transport.closed = True
        await asyncio.sleep(0)

    assert gathered(act).written == []


def test_all_else_is_that_of_the_transport():
    async def act(gathering):
        assert gathering.get_extra_info("peername") == "info peername"
        assert gathering.is_closing() is False

    gathered(act)
