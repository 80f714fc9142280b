"""A connection that breaks for so long that the session lets go of what can be made again."""

import asyncio
from contextlib import asynccontextmanager

from websockets.asyncio.client import connect

from bench.load_server import serving
from bench.load_visitor import Visitor
from tests.asynchronous import run_async
from ui.frame import ABSENT

LINK = "op=Multiply&s0=5,1,7&s1=5,3,7"


@asynccontextmanager
async def connected(address: str, session: str = ""):
    """The connection of a tab; with a session, the one that was lost."""
    names = ["streamlit", "none", session] if session else ["streamlit"]
    async with connect(
        address.replace("http", "ws") + "/_stcore/stream", subprotocols=names, origin=address, max_size=None, proxy=None
    ) as socket:
        yield socket


async def act_break_and_act(address: str, pause: float):
    """Choose, lose the connection, choose something else; the tab, and what was drawn after that."""
    async with connected(address) as socket:
        visitor = Visitor(socket, address)
        await visitor.open("Merge_lab", LINK)
        await visitor.change(s0="5,3,1")
        session = visitor.session
    await asyncio.sleep(pause)
    async with connected(address, session) as visitor._socket:
        run = await visitor.change(s1="5,3,4")
        assert visitor.session == session, "the session came back"
        again = await visitor.change(s1="5,1,4")
    return run, again


def test_what_was_typed_is_there_after_a_long_break():
    """The first act draws the whole page, the next one what changes again; after a short break it is as without one."""
    with serving("app.py") as server:
        short, _ = run_async(act_break_and_act(server.address, 0.5))
        long, after = run_async(act_break_and_act(server.address, ABSENT + 2))
    for run in (short, long):
        assert "(5, 3, 1), (5, 3, 4) → (5, 3, 4)" in run.text
        assert run.faults == []
    assert "(5, 3, 1), (5, 1, 4) → (5, 3, 4)" in after.text
    assert "### Mergescope" in long.drawn
    assert "### Mergescope" not in short.drawn + after.drawn
