"""Home: what this is, the first example live, and a door to every page."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ui.frame import PAGES
from ui.home_cards import _ABOUT

ROOT = Path(__file__).parents[2]


def open_home(language: str) -> AppTest:
    app = AppTest.from_file("../../app.py", default_timeout=60)
    app.query_params["lang"] = language
    return app.run()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_home_shows_the_example(language):
    """Two sentences tell what this is, with the first sum of the example; the view is there."""
    app = open_home(language)
    assert not app.exception
    assert any("51 = 1 × 51" in element.value for element in app.markdown)
    assert len(app.get("bidi_component")) >= 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_door_to_every_page(language):
    """Each page has a link in the body of Home and a line on what is behind it, none of them left in English."""
    app = open_home(language)
    doors = [link.proto.page.replace("_", " ") for link in app.main.get("page_link")]
    assert doors == [Path(file).stem.split("_", 1)[1].replace("_", " ") for file in PAGES if file != "app.py"]
    lines = [caption.value for caption in app.main.caption]
    assert len(lines) == len(doors)
    assert (lines[0] == _ABOUT["pages/1_Merge_lab.py"]) == (language == "en")


def test_every_page_is_in_the_menu_and_has_its_line():
    """A new page is one file, one row and one line."""
    files = {f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py")}
    assert set(PAGES) == files | {"app.py"}
    assert files <= set(_ABOUT)
