"""The Story page without a browser: every step in both languages, links, a story file, the quiz, undo."""

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
    """The parameters of the URL."""
    return {key: value[0] if isinstance(value, list) else value for key, value in app.query_params.items()}


def views(app: AppTest) -> list[str]:
    """Keys of the components, without those that every page or every story has: the stage and the scroll position."""
    keys = [one.key for one in app.get("bidi_component")]
    return [key for key in keys if key not in ("stage", "reconnect", "story_top")]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_step(language):
    """Through the whole tour by the button: title, live view, dots, and the step in the link."""
    app = open_story(lang=language)
    for number, step in enumerate(tour(language).steps, start=1):
        assert not app.exception
        assert app.title[0].value.replace("\\", "") == step.title
        assert len(views(app)) == 1 + (step.scene == "steps")  # the tensor view, and a graph
        last = len(tour(language).steps)
        assert "●" * (number - 1) + "◉" + "○" * (last - number) in words(app)
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
    """Unknown parameters are ignored, unknown values fall back to a default with a notice."""
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


def test_a_story_from_a_file():
    """It is shown step by step, and markup in it is text."""
    app = own(open_story(), STORY.encode())
    assert not app.exception
    assert app.title[0].value == r"\<b\>One\</b\> \!\[x\](http:" + "\u2060" + r"//x.test/a.png)"
    text = words(app)
    assert "<img" not in text.replace("\\<img", "")
    assert "![x](" not in text
    app.button(key="story_next").click().run()
    assert app.title[0].value == "Two"
    assert link(app) == {"story": "own", "step": "2"}


def test_a_link_to_a_story_file_asks_for_the_file():
    app = open_story(story="own", step="2")
    assert not app.exception
    assert "Files are not stored in the link." in words(app)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (STORY.replace("Add", "Ad").encode(), "Line 5: operation must be one of"),
        (b"", "empty"),
        (b"\x89PNG\r\n", "Line 1: This is not UTF-8 text"),
        (b"x" * 100_001, "The file has 100,001 bytes; at most 100,000 are allowed."),
        (b"title = [", "This is not TOML"),
    ],
)
def test_a_file_with_errors(content, said):
    """Errors have their lines, below the file; the rest of the page stays."""
    app = own(open_story(), content, name="![a](http://x.test/b.png) \u202e.toml")
    assert not app.exception
    assert said in words(app).replace("\\", "")
    assert "![a](" not in words(app)
    assert app.title[0].value == "Your own story"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_quiz(language):
    """Each question has buttons with keys; right and wrong answers are explained; all of it is in the link."""
    app = open_story(part="quiz", set="7", lang=language)
    for number, question in enumerate(make_quiz(7)):
        assert not app.exception
        assert "# = ?" in words(app)
        assert len(views(app)) == 1, "the inputs are drawn before the answer"
        wrong = (question.answer + 1) % len(question.choices)
        chosen = question.answer if number % 2 else wrong
        buttons = [app.button(key=f"choice{at}") for at in range(len(question.choices))]
        assert [button.proto.shortcut for button in buttons] == [str(at + 1) for at in range(len(buttons))]
        buttons[chosen].click().run()
        assert not app.exception
        assert len(app.success) == number % 2
        assert "# = ?" not in words(app)
        assert app.button(key=f"choice{question.answer}").proto.type == "primary"
        if number < 7:
            app.button(key="story_next").click().run()
    assert len(link(app)["said"]) == 8
    again = open_story(**link(app))
    assert "✗✓✗✓✗✓✗◉" in words(again)
    if language == "en":
        assert "4 of 8 correct" in words(again)
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
    app.button(key="undo").click().run()
    assert link(app) == seen[0], "there is nothing before the first state"
    for wanted in seen[1:]:
        app.button(key="redo").click().run()
        assert link(app) == wanted
    assert app.button(key="redo").disabled, "there is nothing after the last state"
    app.button(key="undo").click().run()
    app.selectbox(key="step").select(9).run()
    assert app.button(key="redo").disabled, "a new change discards what could be redone"
    assert link(app)["step"] == "9"
    app.button(key="undo").click().run()
    assert link(app) == seen[2]


def test_presenting():
    """It is in the link and is no state that undo takes back."""
    app = open_story(present="1", step="3")
    assert link(app) == {"present": "1", "step": "3"}
    app.button(key="story_next").click().run()
    app.button(key="present_button").click().run()
    assert link(app) == {"step": "4"}
    app.button(key="undo").click().run()
    assert link(app) == {"step": "3"}


def test_no_false_warnings():
    """Both inputs may be broadcast: the step teaches it, so it shows no warning; the silent mistake shows one."""
    assert not open_story(step="4").warning
    assert len(open_story(step="9").warning) == 1


def test_a_rejected_merge():
    """The mismatch, Keras's message, the reason and a fix are on the slide, with the inputs."""
    app = open_story(step="5")
    text = words(app).replace("\\", "")
    assert "axis 1: 2 ≠ 4 mismatched" in text
    assert "Inputs have incompatible shapes" in text
    assert ":material/build:" in text
    assert len(views(app)) == 1


@pytest.mark.parametrize(
    ("step", "line"),
    [
        ("1", ["axis 0: 5 = 5 batch", "axis 1: 1 ⇒ 4 broadcast", "axis 2: 5 = 5"]),
        ("4", ["axis 1: 1 ⇒ 4 broadcast", "axis 2: 5 ⇐ 1 broadcast"]),
        ("6", ["axis 1: 6 = 6", "axis 3: 5 + 3 = 8 concatenated"]),
        ("8", ["axis 1: 1 ⇒ 4 inserted, broadcast", "axis 3: 3 = 3"]),
    ],
)
def test_the_alignment_in_one_line(step, line):
    """Above the panels: the sizes of each axis and what happens to them."""
    text = words(open_story(step=step)).replace("\\", "")
    for part in line:
        assert part in text
