"""The Story page without a browser: every step in both languages, old links, a teacher's file, the quiz, undo."""

import pytest
from streamlit.testing.v1 import AppTest

from core.story.quiz import make_quiz
from tests.pages.opened import opened, words
from ui.story.tours import tour

PAGE = "pages/5_Story.py"


def open_story(**parameters) -> AppTest:
    """The page as a link with these parameters opens it."""
    return opened(PAGE, **parameters)


def link(app: AppTest) -> dict[str, str]:
    """What stands in the URL."""
    return {key: value[0] if isinstance(value, list) else value for key, value in app.query_params.items()}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_step(language):
    """Through the whole tour by the button: title and live view, and the step in the link."""
    app = open_story(lang=language)
    for number, step in enumerate(tour(language).steps, start=1):
        assert not app.exception
        assert app.title[0].value.replace("\\", "") == step.title
        assert len(app.get("bidi_component")) == 2, "the stage and the tensor view"
        assert link(app).get("step", "1") == str(number)
        if number < len(tour(language).steps):
            app.button(key="story_next").click().run()
    assert app.button(key="story_next").disabled
    app.button(key="story_back").click().run()
    assert app.title[0].value.replace("\\", "") == tour(language).steps[-2].title


@pytest.mark.parametrize(
    ("parameters", "noticed"),
    [
        ({"step": "99"}, True),
        ({"step": "inf"}, True),
        ({"step": "-1"}, True),
        ({"part": "x"}, True),
        ({"story": "<b>"}, True),
        ({"part": "quiz", "q": "0"}, True),
        ({"part": "quiz", "said": "zz"}, True),
        ({"part": "quiz", "said": "0" * 500}, True),
        ({"part": "quiz", "said": "9"}, True),
        ({"part": "quiz", "set": "1e9"}, False),
        ({"part": "quiz", "set": "-3"}, False),
        ({"scene": "old", "version": "0.0.1", "present": "0"}, False),
        ({"cell": "9,9,9", "of": "99", "plane": "5,5", "at": "x"}, False),
        ({"step": "10", "cell": "0,99,99,999", "order": "nothing"}, False),
    ],
)
def test_links_from_elsewhere(parameters, noticed):
    """Unknown parameters are passed over in silence, unknown values fall back with a notice; the page is whole."""
    app = open_story(**parameters)
    assert not app.exception
    assert app.title
    assert ("is not one of the choices here" in words(app)) == noticed
    assert not {"scene", "version"} & set(link(app))


def own(app: AppTest, content: bytes, name: str = "mine.toml") -> AppTest:
    app.selectbox(key="story").select("own").run()
    return app.file_uploader(key="story_file").upload(name, content).run()


STORY = """title = "Mine"
[[step]]
title = "<b>One</b> ![x](http://x.test/a.png)"
text = "Look ![x](http://x.test/a.png) <img src=http://x.test/b.png> [a](javascript:alert)"
operation = "Add"
shapes = [[2, 3], [2, 3]]
[[step]]
title = "Two"
text = "More"
scene = "gated"
gate = 40
"""


def test_a_teachers_story():
    """It is told step by step, and what looks like markup in it is text."""
    app = own(open_story(), STORY.encode())
    assert not app.exception
    assert app.title[0].value == r"\<b\>One\</b\> \!\[x\](http:" + "\u2060" + r"//x.test/a.png)"
    text = words(app)
    assert "<img" not in text.replace("\\<img", "")
    assert "![x](" not in text
    app.button(key="story_next").click().run()
    assert app.title[0].value == "Two"
    assert link(app) == {"story": "own", "step": "2"}


def test_a_link_to_a_teachers_story_asks_for_the_file():
    app = open_story(story="own", step="2")
    assert not app.exception
    assert "A link does not hold it." in words(app)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (STORY.replace("Add", "Ad").encode(), "Line 5: operation should be one of"),
        (b"", "empty"),
        (b"\x89PNG\r\n", "Line 1: This is not UTF-8 text"),
        (b"x" * 100_001, "The file has 100,001 bytes; up to 100,000 are read."),
        (b"title = [", "This is not TOML"),
    ],
)
def test_a_file_with_faults(content, said):
    """The fault is named with its line, beside the file; the rest of the page stays."""
    app = own(open_story(), content, name="![a](http://x.test/b.png) \u202e.toml")
    assert not app.exception
    assert said in words(app).replace("\\", "")
    assert "![a](" not in words(app)
    assert app.title[0].value == "A story of your own"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_quiz(language):
    """Right and wrong answers are told so and explained; all of it is in the link."""
    app = open_story(part="quiz", set="7", lang=language)
    for number, question in enumerate(make_quiz(7)):
        assert not app.exception
        wrong = (question.answer + 1) % len(question.choices)
        chosen = question.answer if number % 2 else wrong
        app.radio(key=f"answer{number}").set_value(chosen).run()
        assert not app.exception
        assert len(app.success) == number % 2
        assert app.get("arrow_table") or app.get("table")
        if number < 7:
            app.button(key="story_next").click().run()
    assert len(link(app)["said"]) == 8
    told = link(app)
    again = open_story(**told)
    assert again.radio(key="answer7").value == app.radio(key="answer7").value
    right = {"en": "4 of 8 right so far", "zh": "目前 8 题中答对 4 题"}[language]
    assert right in words(again)
    again.button(key="quiz_clear").click().run()
    assert "said" not in link(again)


def test_undo_and_redo():
    """Undo gives exactly the state before, redo the one after; another page has its own."""
    app = open_story()
    seen = [link(app)]
    for _ in range(3):
        app.button(key="story_next").click().run()
        seen.append(link(app))
    for wanted in reversed(seen[:-1]):
        app.button(key="undo").click().run()
        assert link(app) == wanted
    assert app.button(key="undo").disabled
    for wanted in seen[1:]:
        app.button(key="redo").click().run()
        assert link(app) == wanted
    assert app.button(key="redo").disabled
    app.button(key="undo").click().run()
    app.selectbox(key="step").select(9).run()
    assert app.button(key="redo").disabled, "another change ends what could be done again"
    app.button(key="undo").click().run()
    assert link(app) == seen[2]


def test_presenting():
    """It stands in the link and is no state that undo takes back."""
    app = open_story(present="1", step="3")
    assert link(app) == {"present": "1", "step": "3"}
    app.button(key="story_next").click().run()
    app.button(key="present_button").click().run()
    assert link(app) == {"step": "4"}
    app.button(key="undo").click().run()
    assert link(app) == {"step": "3"}
