"""Home: the note's example to the digit, both operations, a box for an error, and a question for every other page."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.limits import MAX_INPUTS
from tests.pages.opened import views
from tests.patience import PATIENCE
from ui.frame import PAGES
from ui.home import QUESTIONS, example

ROOT = Path(__file__).parents[2]


def open_home(language: str = "en", **parameters) -> AppTest:
    app = AppTest.from_file("../../app.py", default_timeout=PATIENCE)
    for key, value in {"lang": language, **parameters}.items():
        app.query_params[key] = value
    return app.run()


@pytest.mark.parametrize(
    ("operation", "first", "last"),
    [
        ("Multiply", [0, 51, 104, 159, 216], [2900, 3066, 3234, 3404, 3576]),
        ("Add", [50, 52, 54, 56, 58], [165, 167, 169, 171, 173]),
    ],
)
def test_the_notes_numbers_to_the_digit(operation, first, last):
    """A = np.arange(25).reshape(5, 1, 5) and b = np.arange(50, 150).reshape(5, 4, 5), both int64."""
    view, merged = example(operation)
    a, b, output = (panel.value for panel in view.panels)
    np.testing.assert_array_equal(a, np.arange(25).reshape(5, 1, 5))
    np.testing.assert_array_equal(b, np.arange(50, 150).reshape(5, 4, 5))
    assert {value.dtype for value in (a, b, output)} == {np.dtype("int64")}
    assert output[0, 0].tolist() == first
    assert output[4, 3].tolist() == last
    np.testing.assert_array_equal(output, merged.value)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_switch_changes_the_picture(language):
    """× is shown first; + shows the sum of the same tensors, and both forms of its code."""
    app = open_home(language)
    assert not app.exception
    (product,) = views(app)
    assert product["operation"] == "Multiply"
    assert any("`Multiply()([a, b])`" in element.value for element in app.markdown)
    app = open_home(language, op="Add")
    (total,) = views(app)
    assert total["operation"] == "Add"
    assert any("`add([a, b])`" in element.value for element in app.markdown)


def pasted(app: AppTest, text: str) -> AppTest:
    """The page after a text was pasted into its line."""
    app.text_input(key="home_paste").set_value(text).run()
    assert not app.exception
    return app


def test_an_error_opens_the_lab_with_its_shapes():
    """What is pasted is read."""
    app = pasted(open_home(), "Received shapes (20, 20, 256) and (20, 20)")
    assert app.text_input(key="s1").value in ("20,20", "2,20,20")


UNREAD = "RuntimeError: The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1"


@pytest.mark.parametrize(
    ("language", "said"), [("en", "No shapes were found in this text."), ("zh", "文本中没有找到形状")]
)
def test_a_text_that_cannot_be_read_stays_with_its_reason(language, said):
    """The reason stays below the line, also when something else is used, until the text is corrected or deleted."""
    app = pasted(open_home(language), UNREAD)
    assert app.text_input(key="home_paste").value == UNREAD
    assert said in app.main.error[0].value
    app.segmented_control(key="op").set_value("Add").run()
    assert (app.text_input(key="home_paste").value, len(app.main.error)) == (UNREAD, 1)
    assert not app.toast
    assert not pasted(app, "").error
    app = pasted(pasted(app, UNREAD), "(2,3) (2,4)")
    assert [app.text_input(key=key).value for key in ("s0", "s1")] == ["2,3", "2,4"]
    assert not app.error or said not in app.error[0].value


def test_more_shapes_than_a_merge_takes():
    """Home says so, and keeps the text."""
    text = ",".join(["(2,3)"] * (MAX_INPUTS + 1))
    app = pasted(open_home(), text)
    assert f"at most {MAX_INPUTS} inputs here; {MAX_INPUTS + 1} were given" in app.main.error[0].value
    assert app.text_input(key="home_paste").value == text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_question_for_every_page(language):
    """Each page has a link in the body of Home and a line on what is behind it."""
    app = open_home(language)
    links = [link.proto.page.replace("_", " ") for link in app.main.get("page_link")]
    assert links == [Path(file).stem.split("_", 1)[1].replace("_", " ") for file in PAGES if file != "app.py"]
    assert len(app.main.caption) == len(links)


def test_every_page_is_in_the_menu_and_has_its_question():
    """A new page is one file, one row and one question."""
    files = {f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py")}
    assert set(PAGES) == files | {"app.py"}
    assert files == set(QUESTIONS)
