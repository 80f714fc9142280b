"""The measure of load itself, and a short soak: every page takes part, nothing breaks, and what comes also goes."""

from urllib.parse import parse_qsl

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


def link_of(visitor):
    return dict(parse_qsl(visitor.query))


def test_a_drawer_is_drawn_alone_and_a_control_in_it_draws_the_content(server):
    """All of the page stays as it is; what is chosen in the drawer is in the picture, its code and the link."""

    async def go():
        async with visiting(server.address) as visitor:
            whole = await visitor.open("Merge_lab", "s0=5,1,7")
            page = set(visitor.widgets)
            opened = await visitor.change(lab_options=True)
            assert len(opened.drawn) < len(whole.drawn) / 4
            assert set(visitor.widgets) > page
            assert {"backend", "seed"} <= set(visitor.widgets) - page
            chosen = await visitor.change(backend="JAX")
            assert "on JAX" in chosen.words
            assert link_of(visitor) == {"s0": "5,1,7", "backend": "jax"}
            await visitor.change(lab_options=False)
            assert set(visitor.widgets) == page
            again = await visitor.change(op="Add  +")
            assert "on JAX" in again.words
            assert link_of(visitor) == {"s0": "5,1,7", "backend": "jax", "op": "Add"}
            await visitor.change(op="Maximum  max")
            await visitor.change(lab_options=True)
            assert visitor.widgets["form"].options == ("Maximum()", "maximum()")  # of the operation that is chosen now
            return chosen.faults + again.faults

    assert run_async(go()) == []


def test_a_section_is_drawn_alone_and_the_link_has_all_of_the_page(server):
    """What another section had in the link goes, what the page has stays; an undo takes the section back."""

    async def go():
        async with visiting(server.address) as visitor:
            whole = await visitor.open("Attention_gate", "gate=40&more=code&variant=monai")
            query = {"gate": "40", "more": "code", "variant": "monai"}
            assert link_of(visitor) == query
            steps = await visitor.change(more="Step by step")
            assert len(steps.drawn) < len(whole.drawn)
            assert link_of(visitor) == {"gate": "40", "more": "steps"}
            await visitor.change(undo=True)
            assert link_of(visitor) == query
            assert not visitor.widgets["redo"].disabled
            await visitor.change(more="Training history")  # after an undo: nothing can be redone any more
            assert visitor.widgets["redo"].disabled
            await visitor.change(gate="gate 80×80")
            assert link_of(visitor) == {"gate": "80", "more": "learning"}

    run_async(go())


@pytest.mark.slow
def test_five_hundred_come_and_go(server):
    """They leave at most 20 MB behind, once as many have been here as Streamlit itself keeps in mind (128)."""
    assert run_async(come_and_go(server, 200)) == []
    before = server.memory()
    assert run_async(come_and_go(server, 500)) == []
    assert server.memory() - before <= 20
