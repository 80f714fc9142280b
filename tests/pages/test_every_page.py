"""What holds on every page: old links, undo, the language, presenting."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]
PAGES = ["app.py", *sorted(f"pages/{file.name}" for file in (ROOT / "pages").glob("*.py"))]

CHANGES = {  # of each page one state that is not its first
    "app.py": {"lang": "zh"},
    "pages/1_Merge_lab.py": {"op": "Add", "s0": "5,4,5"},
    "pages/2_Attention_gate.py": {"gate": "40"},
    "pages/5_Story.py": {"step": "3"},
}


def open_page(page: str, **parameters: str) -> AppTest:
    """A page as a link with these parameters opens it."""
    app = AppTest.from_file("../../app.py", default_timeout=PATIENCE)
    app.run()
    if page != "app.py":
        app.switch_page(page)
    for key, value in parameters.items():
        app.query_params[key] = value
    return app.run()


def link(app: AppTest) -> dict[str, str]:
    """The parameters of the URL."""
    return {key: value[0] if isinstance(value, list) else value for key, value in app.query_params.items()}


@pytest.mark.parametrize("page", PAGES)
def test_a_link_from_an_older_version(page):
    """Unknown parameters are passed over in silence and go; an unknown language falls back with a notice."""
    app = open_page(page, scene="old", version="0.0.1", w="<b>")
    assert not app.exception
    assert link(app) == {}
    assert not [notice for notice in app.warning if "The link asks for" in notice.value]
    app = open_page(page, lang="xx")
    assert not app.exception
    assert [notice for notice in app.main.warning if "xx" in notice.value]
    assert not app.sidebar.warning, "the sidebar is closed at first"


@pytest.mark.parametrize("page", CHANGES)
def test_undo_and_redo(page):
    """The last change is taken back and done again, and the form for an audience is left alone."""
    app = open_page(page, present="1")
    app.button(key="undo").click().run()
    assert link(app) == {"present": "1"}, "there is nothing to undo"
    assert app.button(key="redo").disabled
    changed = {"present": "1", **CHANGES[page]}
    for key, value in CHANGES[page].items():
        app.query_params[key] = value
    app.run()
    assert link(app) == changed
    app.button(key="undo").click().run()
    assert link(app) == {"present": "1"}
    assert not app.button(key="redo").disabled
    app.button(key="redo").click().run()
    assert link(app) == changed
    assert not app.exception
    app.button(key="present_button").click().run()
    assert link(app) == CHANGES[page]


def test_each_page_keeps_its_own_place():
    """From one page to the next by the menu and back: a name that both use means another thing on each."""
    app = open_page("pages/1_Merge_lab.py", s0="5,4,5", cell="1,2,3", of="1")
    lab = link(app)
    assert lab == {"s0": "5,4,5", "cell": "1,2,3", "of": "1", "at": "1,0,0"}
    app = _turned(app, "pages/5_Story.py")
    assert link(app) == {}
    app.query_params["step"] = "3"
    story = link(app.run())
    assert story == {"step": "3"}
    assert link(_turned(app, "pages/1_Merge_lab.py")) == lab
    assert link(_turned(app, "pages/5_Story.py")) == story


def _turned(app: AppTest, page: str) -> AppTest:
    """As the menu does it: another page, with nothing in the link."""
    app.switch_page(page)
    app.query_params.clear()
    app.run()
    assert not app.exception
    return app


@pytest.mark.parametrize("stands", ["Add", "Multiply"])
def test_an_old_link_that_a_watch_brings_along_changes_nothing(stands):
    """A run that the app asks for is no step of the person's; the next change of the URL is one again."""
    app = open_page("pages/1_Merge_lab.py", op="Add")
    app.query_params["op"] = stands
    app.session_state["link_state"].again = True  # as `link.draw_again` leaves it
    app.run()
    assert link(app)["op"] == "Add"
    app.query_params["op"] = "Maximum"
    app.run()
    assert app.selectbox(key="op").value == "Maximum"
