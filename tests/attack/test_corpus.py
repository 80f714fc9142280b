"""The corpus of bad inputs against the real app, by HTTP and WebSocket: each has an error message, none a traceback."""

import re
from functools import partial

import pytest

from tests.attack.files import FILES, GOOD_STORY, STORY
from tests.attack.links import LINKS, TYPED
from tests.core.merges.test_shape_text import REFUSED as SHAPES
from tests.ui.files.test_pasted_values import BAD_LISTS
from tests.ui.sample_files import FLOATS

pytestmark = pytest.mark.keras

ERRORS = 'mergescope_refusals_total{reason="error"}'
TYPED_SHAPES = {text: said for text, said in SHAPES.items() if len(text) <= 200}  # the field takes no more
TYPED_LISTS = {text: said for text, said in BAD_LISTS.items() if 0 < len(text) <= 4_000}


def said(run) -> str:
    """What a person reads: without the signs that keep Markdown from being Markdown."""
    assert run.faults == []
    assert run.words
    return re.sub(r"\\(?=[!-/:-@\[-`{-~])|\u2060", "", run.text)


def test_the_corpus_is_large():
    """At least 150 inputs with an error message, and more that must simply do no harm."""
    messages = [row[-1] for row in (*LINKS.values(), *TYPED.values(), *FILES.values())]
    assert sum(bool(sentence) for sentence in messages) + len(TYPED_SHAPES) + len(TYPED_LISTS) >= 250


def test_each_bad_link_gets_its_sentence(attacker):
    """In a new tab each, as a person who was sent the link; the page itself is drawn."""
    wrong = {}
    for what, (page, query, sentence) in LINKS.items():
        run = attacker.open(page, query)
        complains = sentence is None and any("link asks" in alert for alert in run.alerts)
        if (sentence or "") not in said(run) or complains:
            wrong[what] = run.alerts
    assert wrong == {}
    assert attacker.alive()
    assert attacker.tracebacks() == []


def test_each_bad_word_gets_its_sentence(attacker):
    """Typed one after the other in one tab; a good word then heals the page."""
    wrong = {}

    async def shapes(visitor):
        for text, sentence in TYPED_SHAPES.items():
            if sentence not in said(run := await visitor.change(s0=text)):
                wrong[text] = run.alerts
        return await visitor.change(s0="5,1,7")

    async def lists(visitor):
        for text, sentence in TYPED_LISTS.items():
            if sentence not in said(run := await visitor.change(v0=text)):
                wrong[text] = run.alerts
        return await visitor.change(v0="[[[1, 2, 3, 4, 5, 6, 7]]]")

    assert "(5, 1, 7), (5, 3, 7) → (5, 3, 7)" in said(attacker.open("Merge_lab", "s0=5,1,7&s1=5,3,7", shapes))
    assert "(1, 1, 7), (1, 3, 7) → (1, 3, 7)" in said(attacker.open("Merge_lab", "f0=list&s1=1,3,7", lists))
    assert wrong == {}
    assert attacker.tracebacks() == []


@pytest.mark.parametrize("what", TYPED)
def test_forged_values_do_no_harm(attacker, what):
    """What no browser would send: no error of the app, no traceback, and the page accepts valid values afterwards."""
    errors = attacker.replica.metrics().get(ERRORS, 0.0)
    page, query, values, sentence = TYPED[what]

    async def forge(visitor):
        if not values.keys() <= visitor.widgets.keys():
            await visitor.change(lab_options=True)  # a control in a drawer is drawn only while that is open
        run = await visitor.change(**values)
        assert run.faults == []  # what is drawn may be a part of the page without a word: a menu and code
        assert sentence is None or sentence in said(run)
        return await visitor.open(page, query)

    assert said(attacker.open(page, query, forge))
    assert attacker.tracebacks() == []
    assert attacker.replica.metrics().get(ERRORS, 0.0) == errors


def test_each_bad_file_gets_its_sentence(attacker):
    """Uploaded by HTTP one after the other, as a person who tries again; a good file then heals the page."""
    wrong = {}
    for place in dict.fromkeys(where for where, *_ in FILES.values()):
        rows = {what: row[1:] for what, row in FILES.items() if row[0] == place}
        page, query, key = place
        attacker.open(page, query, partial(give_all, attacker, key, rows, wrong))
    assert wrong == {}
    assert attacker.alive()
    assert attacker.tracebacks() == []


async def give_all(attacker, key, rows, wrong, visitor):
    for what, (name, content, sentence) in rows.items():
        run = await visitor.give(key, name, content, attacker.post)
        if sentence not in said(run):
            wrong[what] = run.alerts
    return run


def test_a_good_file_after_bad_ones(attacker):
    """The page is as good as new."""

    async def lab(visitor):
        await visitor.give("u0", "a.npy", b"\x93NUMPY", attacker.post)
        return await visitor.give("u0", "a.npy", FLOATS, attacker.post)

    async def story(visitor):
        await visitor.give("story_file", "s.toml", b"x = [", attacker.post)
        return await visitor.give("story_file", "s.toml", GOOD_STORY, attacker.post)

    assert "(2, 3), (2, 3) → (2, 3)" in said(attacker.open("Merge_lab", "f0=file&s1=2,3", lab))
    assert "axis 0: 2 = 2 batch · :orange-background[axis 1: 1 ⇒ 3 broadcast] · axis 2: 5 = 5" in said(
        attacker.open(STORY[0], STORY[1], story)
    )
