"""Parts of a page that are left alone: after any acts, a page looks as it does when all of it is drawn again."""

import random
import re
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pytest

from bench.load_people import acts
from bench.load_visitor import visiting
from bench.load_widgets import words_of
from tests.asynchronous import run_async
from ui.state.parts import same

PAGES = ["", "Merge_lab", "Attention_gate", "Gate_gallery", "Model_inspector", "Story", "Survey"]
VARYING = {"id", "key", "deferred_file_id", "value", "set_value", "raw_value", "raw_values", "default"}  # browser's
ACTS = 24
STATE = re.compile(r"(Keras(: \d+ queued| is (ready|starting|unavailable))( · \d+ visitors)?|\d+ visitors)")


def content(drawn):
    """What a person sees of an element or a container, but for the values of widgets."""
    kind, text = words_of(drawn)
    if text or kind in ("", "empty"):
        return kind, text
    inside = getattr(drawn, kind)
    if kind == "bidi_component":
        return kind, inside.component_name
    if not hasattr(inside, "DESCRIPTOR"):
        return kind, str(inside)
    shown = type(inside)()
    shown.CopyFrom(inside)
    for name in VARYING & set(shown.DESCRIPTOR.fields_by_name):
        shown.ClearField(name)
    return kind, re.sub(r"/media/\w+", "/media/", str(shown))


def looks(visitor):
    """The main part of the page in its order, without empty elements and the state of the server."""
    found = [content(node.drawn) for path, node in visitor.tree.elements() if path[0] == 0 and node.drawn is not None]
    return [one for one in found if one[0] != "empty" and not STATE.fullmatch(one[1])]


async def act(address, page, seed):
    """Act at random; after each few acts compare with the page as it is drawn as a whole."""
    choose, done = random.Random(f"{page} {seed}"), []
    async with visiting(address) as visitor:
        await visitor.open(page)
        for number in range(1, ACTS + 1):
            key = choose.choice(sorted({key for key, _, _ in acts(visitor)}))
            value = choose.choice([value for name, value, _ in acts(visitor) if name == key])
            done.append((key, value))
            run = await visitor.change(**{key: value})
            assert run.faults == [], done
            if number % 6 == 0:
                if value is True and key == "Start":  # what it says is gone with the next act
                    await visitor.change(by=choose.choice(visitor.widgets["by"].options))
                await settled(visitor)
                before = looks(visitor)
                assert (await visitor.refresh()).faults == []
                await settled(visitor)
                assert before == looks(visitor), done


async def settled(visitor):
    """Wait while the page looks for results by itself."""
    for _ in range(100):
        if not visitor.is_waiting:
            return
        await visitor.think(1)


@pytest.mark.keras
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_as_if_it_were_drawn_whole(app_address, page, seed):
    run_async(act(app_address, page, seed))


async def containers_of(address, page, changes):
    """For the whole page, and then for each act, the containers that the browser is sent: place and fragment."""
    async with visiting(address) as visitor:
        add, found = visitor.tree.add, [[]]

        def noted(path, delta, run):
            if delta.WhichOneof("type") == "add_block":
                found[-1].append((path, delta.fragment_id))
            add(path, delta, run)

        visitor.tree.add = noted
        await visitor.open(page)
        await settled(visitor)
        for change in changes:
            found.append([])
            assert (await visitor.change(**change)).faults == []
        return found


@pytest.mark.server
@pytest.mark.parametrize(
    ("page", "changes"),
    [
        ("", ({"op": "+"}, {"op": "×"}, {"op": "+"})),
        ("Merge_lab", ({"s1": "5,2,5"}, {"s1": "5,3,5"}, {"s1": "5,4,5"})),
    ],
)
def test_containers_that_the_browser_has_are_not_sent_again(app_address, page, changes):
    """Such as the room of the picture; a part that is drawn again sends all of its own."""
    run_async(containers_of(app_address, "Story", ()))  # of the first run of a server nothing is noted
    whole, *acts = run_async(containers_of(app_address, page, changes))
    root, content = min((place, fragment) for place, fragment in whole if fragment and place[0] == 0)
    own = {(place, fragment) for place, fragment in whole if fragment == content and len(place) == len(root) + 1}
    assert len(own) >= 2
    for sent in acts:
        assert own.isdisjoint(sent)
        assert (root, content) in sent


def one(_first, _second=0):
    """A function of a module; equal calls of it are the same."""


@dataclass(frozen=True)
class Asked:
    """Equal by its fields, but for the last."""

    shape: tuple[int, ...]
    values: np.ndarray
    seen: int = field(default=0, compare=False)


@dataclass(frozen=True, eq=False)
class Kept:
    """Equal to itself only."""

    shape: tuple[int, ...]


ARRAY, KEPT = np.arange(3), Kept((2, 3))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((2, "a", None), (2, "a", None), True),
        ((2, 3), (2, 5), False),
        ((2, 3), [2, 3], False),
        (1, True, False),
        ({"a": (2, 3)}, {"a": (2, 3)}, True),
        ({"a": 2}, {"b": 2}, False),
        (ARRAY, ARRAY, True),
        (ARRAY, ARRAY.copy(), False),  # who asks for it anew has computed it anew
        ((1, ARRAY), (1, ARRAY), True),
        (Asked((2, 3), ARRAY), Asked((2, 3), ARRAY), True),
        (Asked((2, 3), ARRAY), Asked((2, 3), ARRAY, seen=7), True),
        (Asked((2, 3), ARRAY), Asked((2, 3), ARRAY.copy()), False),
        (KEPT, KEPT, True),
        (KEPT, Kept((2, 3)), False),
        (partial(one, 2, _second=ARRAY), partial(one, 2, _second=ARRAY), True),
        (partial(one, 2), partial(one, 3), False),
        (partial(one, 2), one, False),
        (object(), object(), False),
    ],
)
def test_what_is_drawn_from_the_same(first, second, expected):
    assert same(first, second) is expected
    assert same(second, first) is expected
