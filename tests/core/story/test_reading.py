"""Stories: what is read, and the line of each error."""

import json
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.gates.channels import ORDERS
from core.story.entries import ENTRIES, SCENES
from core.story.model import MAX_BYTES, MAX_STEPS, Network
from core.story.reading import TOP, Step, StoryError, entry_lines, read_story

NETWORK = Network((20, 40, 80, 160), 8)
GOOD = '''title = "Mine"

[[step]]
title = "One"
text = """
First.

[[step]]
operation = "no entry, but text"
"""
operation = "Multiply"
shapes = [[2, 1, 5], [2, 3, 5]]
cell = [1, 2, 4]

[[step]]
title = "Two"
text = "Second."
scene = "gated"
gate = 40
slice = 7
'''


def faults(text) -> list[tuple[int, str]]:
    with pytest.raises(StoryError) as caught:
        read_story(text, NETWORK)
    return [(fault.line, str(fault.text)) for fault in caught.value.faults]


def test_a_story_by_hand():
    """Every entry arrives, defaults stand for the rest."""
    story = read_story(GOOD.encode(), NETWORK)
    assert story.title == "Mine"
    one, two = story.steps
    assert one == Step(
        "One", 'First.\n\n[[step]]\noperation = "no entry, but text"', operation="Multiply",
        shapes=((2, 1, 5), (2, 3, 5)), fill=("counting", "counting"), cell=(1, 2, 4),
    )  # fmt: skip
    assert (two.scene, two.gate, two.slice) == ("gated", 40, 7)


def test_one_value_for_all_inputs_or_one_for_each():
    """Samples, first values and dtypes; an input without them has the defaults."""
    base = 'title = "T"\n[[step]]\ntitle = "a"\ntext = "b"\noperation = "Add"\nshapes = [[2, 3], [2, 3]]\n'
    one = read_story(base + 'first = 7\ndtype = "int64"\n', NETWORK).steps[0]
    assert [(one.first_of(number), one.dtype_of(number)) for number in (0, 1)] == [(7, "int64"), (7, "int64")]
    each = read_story(base + 'first = [0, 50]\ndtype = ["int64", "int8"]\n', NETWORK).steps[0]
    assert [(each.first_of(number), each.dtype_of(number)) for number in (0, 1)] == [(0, "int64"), (50, "int8")]
    none = read_story(base, NETWORK).steps[0]
    assert [(none.first_of(number), none.dtype_of(number)) for number in (0, 1)] == [(None, "float32")] * 2


def test_every_order_of_the_pages():
    """A step may ask for each order of channels that a tensor view knows."""
    for order in ORDERS:
        text = GOOD.replace("gate = 40", f'gate = 40\norder = "{order}"')
        assert read_story(text, NETWORK).steps[1].order == order


def test_shapes_as_in_the_lab():
    """A shape may be a text, with None."""
    text = 'title = "T"\n[[step]]\ntitle = "a"\ntext = "b"\noperation = "Add"\nshapes = ["None,3", [2, 3]]\n'
    assert read_story(text, NETWORK).steps[0].shapes == ((None, 3), (2, 3))


def test_incompatible_shapes_are_allowed():
    """An error of Keras may be the subject of a step."""
    text = GOOD.replace("[2, 1, 5]", "[2, 2, 5]").replace("cell = [1, 2, 4]", "")
    assert read_story(text, NETWORK).steps[0].shapes[0] == (2, 2, 5)


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('operation = "Multiply"', 'operation = "Multply"', 11, "operation must be one of"),
        ('operation = "Multiply"', 'opration = "Multiply"', 11, "did you mean operation?"),
        ('operation = "Multiply"', "operation = 3", 11, "got 3"),
        ('operation = "Multiply"', "operation = []", 11, "got []"),
        ("[2, 1, 5], [2, 3, 5]", "[2, 1, 5], [2, -3, 5]", 12, "got -3"),
        ("[2, 1, 5], [2, 3, 5]", '"2,1,5", "2,x"', 12, "x is not an integer"),
        ("[2, 1, 5], [2, 3, 5]", "[2, 1, 5.0]", 12, "got 5.0"),
        ("[2, 1, 5], [2, 3, 5]", "[true, 1]", 12, "got True"),
        ("[2, 1, 5], [2, 3, 5]", "[2, 60000, 1], [2, 1, 60000]", 12, "has 7,200,000,000 elements"),
        ("cell = [1, 2, 4]", "cell = [1, 3, 4]", 13, "The output of shape (2, 3, 5) has no element (1, 3, 4)."),
        ("cell = [1, 2, 4]", "plane = [1, 1]", 13, "two different axes"),
        ("cell = [1, 2, 4]", "gate = 20", 13, "The entry gate does not apply to this step."),
        ("cell = [1, 2, 4]", 'fill = ["ramp", "ramp", "ramp"]', 13, "There are 2 inputs, but fill has 3 values."),
        ("cell = [1, 2, 4]", "first = [0, 50, 1]", 13, "There are 2 inputs, but first has 3 values."),
        ("cell = [1, 2, 4]", "first = 0.5", 13, "first must be an integer"),
        ("cell = [1, 2, 4]", 'dtype = "complex64"', 13, "dtype must be one of float32"),
        ("gate = 40", 'gate = 40\nfirst = 0', 20, "The entry first does not apply to this step."),
        ("cell = [1, 2, 4]", 'order = "size"', 13, "order must be one of index, energy, kept"),
        ("cell = [1, 2, 4]", "normalize = 1", 13, "true or false"),
        ('title = "Two"\n', "", 15, "The entry title is missing."),
        ('title = "Two"', 'title = "  "', 16, "The text is empty."),
        ('scene = "gated"', 'scene = "gate"', 18, "scene must be one of gated, open, steps, training"),
        ('scene = "gated"', "", 15, "either an operation with shapes or a scene"),
        ("slice = 7", "slice = 8", 20, "from 0 to 7; got 8"),
        ("gate = 40", "gate = 41", 19, "gate must be one of 20, 40, 80, 160; got 41."),
        ('title = "Mine"', "", 1, "The entry title is missing."),
        ('title = "Mine"', 'title = "Mine"\nnotes = 1', 2, "There is no entry 'notes'"),
        ('text = "Second."', 'text = "Second', 17, "This is not TOML"),
        ("slice = 7", "slice = 7\nslice = 6", 21, "This is not TOML"),
    ],
)  # fmt: skip
def test_the_line_of_an_error(old, new, line, said):
    """Every error has its line, semantic ones too."""
    assert old in GOOD
    found = faults(GOOD.replace(old, new, 1))
    assert len(found) == 1
    assert found[0][0] == line
    assert said in found[0][1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "The file is empty."),
        (b"", "The file is empty."),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"a" * (MAX_BYTES + 1), "The file has 100,001 bytes; at most 100,000 are allowed."),
        ("x = " + "[" * 5000, "nested too deeply"),
        ("a" + ".a" * 45_000 + " = 1", "nested too deeply"),  # tomllib would take half a minute
        ("x = 1\n[" + " . ".join(["'a'"] * 15_000) + "]", "nested too deeply"),
        ("x = [1, {" + ".".join(["a"] * 40_000) + " = 1}]", "nested too deeply"),
        ("x = " + "1" * 5000, "This is not TOML"),
        ('title = "a"', "There is no step"),
        ('title = "a"\nstep = 3', "There is no step"),
        ('title = "a"\nstep = [1]', "A step begins with a line [[step]]"),
        (
            'title = "a"\n' + '[[step]]\ntitle="t"\ntext="t"\nscene="open"\n' * (MAX_STEPS + 1),
            "61 steps; at most 60 are allowed",
        ),
        ("PK\x03\x04", "This is not TOML"),
    ],
)
def test_files_that_are_no_story(text, said):
    """One clear sentence each."""
    assert said in faults(text)[0][1]


def test_all_faults_at_once_in_the_order_of_the_file():
    """So that a writer can correct them together."""
    text = GOOD.replace('"Multiply"', '"x"').replace("gate = 40", "gate = 4").replace('title = "Mine"', "")
    assert [line for line, _ in faults(text)] == [1, 11, 19]


def test_strange_letters_are_left_out():
    """Control characters and marks that turn the direction of writing go; right-to-left letters stay."""
    text = GOOD.replace("Second.", "a\\u202Eb\\u0007 \\u05d0 \\U0001F600")
    assert read_story(text, NETWORK).steps[1].text == "ab א 😀"


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_an_unknown_entry_is_found_wherever_it_stands(data):
    """Put a line anywhere outside of a string, and the fault names that line."""
    lines = GOOD.split("\n")
    outside = [at for at in range(3, len(lines)) if not 4 < at <= 9]
    at = data.draw(st.sampled_from(outside))
    name = data.draw(st.from_regex(r"\A[a-z][a-z_]{2,12}\Z").filter(lambda name: name not in {*ENTRIES, "step"}))
    lines.insert(at, f"{name} = 1")
    assert [line for line, said in faults("\n".join(lines)) if "There is no entry" in said] == [at + 1]


@given(st.text(max_size=300) | st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_nothing_else_is_ever_raised(content):
    """Whatever a file holds, it is a story or a StoryError."""
    try:
        read_story(content, NETWORK)
    except StoryError as error:
        assert error.faults
        assert all(fault.line >= 1 and fault.text for fault in error.faults)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 10**6) | st.sampled_from(["Add", "gated", "", "5,1", "x" * 4000]),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from([*ENTRIES, "other"]), VALUES, max_size=8))
@settings(max_examples=150, deadline=None)
def test_any_values_in_a_step(entries):
    """Any value under any name: a step or faults on the lines of that step."""
    kept = {name: value for name, value in entries.items() if "null" not in json.dumps(value)}
    text = 'title = "a"\n[[step]]\n' + "".join(f"{name} = {json.dumps(value)}\n" for name, value in kept.items())
    tomllib.loads(text)
    try:
        read_story(text, NETWORK)
    except StoryError as error:
        assert all(2 <= fault.line <= 2 + len(kept) for fault in error.faults)


def test_lines_of_entries():
    """Strings of every kind, comments and arrays over several lines hide no line and add none."""
    text = (
        'a = \'\'\'\nb = 1\n\'\'\'\n# c = 2\nd = [\n 1, # e = 3\n]\n[[step]]\nf = """x\\""""\ng = 4\n[[ step ]]\ng=5\n'
    )
    tomllib.loads(text)
    assert entry_lines(text, "step") == {
        (TOP, "a"): 1, (TOP, "d"): 5, (0, ""): 8, (0, "f"): 9, (0, "g"): 10, (1, ""): 11, (1, "g"): 12,
    }  # fmt: skip


def test_every_scene_has_a_sentence():
    assert all(text.endswith(".") for text in SCENES.values())
