"""The measure of load itself, and a short soak: every page takes part, nothing breaks, and what comes also goes."""

import pytest

from bench.load import Case, come_and_go, load, pages_of
from bench.load_people import Figures
from bench.load_server import MINIMAL, serving
from bench.load_visitor import visiting
from tests.asynchronous import run_async
from ui.frame import PAGES


@pytest.fixture(scope="module")
def server():
    with serving("app.py") as one:
        yield one


def test_every_page_of_the_menu_takes_part(server):
    assert len(run_async(pages_of(server))) == len(PAGES)


def test_a_short_soak(server):
    """Twice as many sessions as pages act, each twice at least: no exception on screen, no broken connection."""
    case = run_async(load(server, 2 * len(PAGES), seconds=0, think=1.0, least=2))
    assert case.figures.faults == []
    assert len(case.figures.first) == 2 * len(PAGES)
    assert len(case.figures.again) == 2 * 2 * len(PAGES)


def test_a_row_by_hand():
    """Of 200 reruns of 1 to 200 ms the 100th, 190th and 198th; bytes and processor time also count first runs."""
    again = [number / 1000 for number in range(200, 0, -1)]
    figures = Figures(first=[0.5, 0.3, 0.7], again=again, bytes=406_000)
    case = Case({"Story": figures}, processor=2.03, memory=11.0)
    row = {name: round(value, 6) for name, value in case.row().items()}
    assert row == {
        "p50": 100, "p95": 190, "p99": 198, "first p95": 700, "runs": 203, "errors": 0,
        "processor ms a run": 10, "KB a run": 2, "memory MB": 11,
        "KB a run, Story": 2,
    }  # fmt: skip


def test_those_who_come_and_go_leave_nothing_broken(server):
    assert run_async(come_and_go(server, 20)) == []


def test_an_exception_on_screen_is_counted(tmp_path):
    """The measure would see a page that breaks."""
    script = tmp_path / "broken.py"
    script.write_text(MINIMAL + "\nif channel: raise ValueError('seen')\n")
    with serving(str(script)) as one:
        case = run_async(load(one, 2, seconds=0, think=0.5, least=4))
    assert case.figures.again
    assert case.figures.faults


def test_other_machines_are_refused():
    async def go():
        async with visiting("http://example.org:80"):
            pass

    with pytest.raises(ValueError, match="not on this machine"):
        run_async(go())


@pytest.mark.slow
def test_five_hundred_come_and_go(server):
    """They leave at most 20 MB behind, once as many have been here as Streamlit itself keeps in mind (128)."""
    assert run_async(come_and_go(server, 200)) == []
    before = server.memory()
    assert run_async(come_and_go(server, 500)) == []
    assert server.memory() - before <= 20
