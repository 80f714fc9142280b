"""The words: plain technical English everywhere, and every string on screen in Chinese, complete and well set."""

import ast
import re
from collections import Counter
from functools import cache
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

from core import MERGES, MergeError, Sentence, align, merge
from core.merges.plan import Role
from core.merges.presets import PRESETS
from core.merges.samples import SAMPLES, make_sample
from core.merges.shape_text import parse_shape
from tests import words
from ui import text

ROOT = Path(__file__).parent.parent
PO = ROOT / "ui" / "locales" / "zh" / "LC_MESSAGES" / "mergescope.po"
SOURCES = ("core", "figures", "pages", "sandbox", "survey", "ui")
HAN = re.compile(r"[\u4e00-\u9fff]")
SAME_IN_CHINESE = {
    "NaN",
    "+∞",
    "−∞",
    "{at} / {last}",
    "AUC",
    "BAM",
    "CBAM",
    "FiLM",
    "IoU",
    "scSE",
    "Dice {score}",
    "{title}: {note}",
    "Dice {score} ({change})",
    "x × α",
}  # signs and names
ROLES = [*get_args(Role), "mismatched"]


def extracted() -> frozenset[str]:
    """Every text that `make text` finds, without running it."""
    return frozenset(message for _, _, message in words.marked())


@cache
def catalogue() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="zh", domain="mergescope")


@cache
def translations() -> dict[str, str]:
    return {message.id: message.string for message in catalogue() if message.id}


@cache
def marked_calls() -> list[tuple[str, ast.Call]]:
    """Every call of a marker with a text that stands there in full, wherever it stands."""
    files = [ROOT / "app.py", *(file for folder in SOURCES for file in sorted((ROOT / folder).rglob("*.py")))]
    return [
        (f"{file.relative_to(ROOT)}:{node.lineno}", node)
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and (getattr(node.func, "id", None) or getattr(node.func, "attr", None)) in words.keywords()
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    ]


def blanks(template: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def in_chinese(monkeypatch, sentence: str) -> str:
    """What the screen shows after Chinese has been chosen."""
    monkeypatch.setattr(text.session, "language", lambda: "zh")
    return text.t(sentence)


def test_plain_technical_english():
    """No text, comment, docstring or name uses a word of `tests/words.py`; one test, since it reads all files."""
    wrong = words.forbidden()
    assert wrong == [], "\n".join(wrong)


def test_forbidden_words_are_found():
    """The patterns find a word over a line break and in any case, and leave other words alone."""
    found = [
        pattern for pattern in words.ENGLISH if words.uses(pattern, "Nobody\n# mends: 6 places, cell by\n    cell")
    ]
    assert len(found) == 4
    assert not any(
        words.uses(pattern, "a placeholder is in place; amend the ground truth") for pattern in words.ENGLISH
    )


def test_plain_technical_chinese():
    """No translation uses a word that readers of Chinese documentation do not know."""
    assert words.forbidden_chinese() == []


def test_nothing_is_missing():
    """Every marked text has its entry; after a change, `make text` adds it."""
    assert not extracted() - set(translations())


def test_nothing_is_left_over():
    """No entry stands for a text that is gone."""
    assert not set(translations()) - extracted()
    assert not catalogue().obsolete


def test_everything_is_translated():
    """No entry is empty, and none is a guess."""
    assert not [message.id for message in catalogue() if message.id and (not message.string or message.fuzzy)]


def test_every_marked_text_can_be_collected():
    """Babel finds each marked text on every Python: before 3.12 it does not look into f-strings."""
    assert [
        (place, call.args[0].value) for place, call in marked_calls() if call.args[0].value not in extracted()
    ] == []


def test_every_blank_gets_its_value():
    """Where a call fills in values, they are those that the text has blanks for."""
    for place, call in marked_calls():
        given = {keyword.arg for keyword in call.keywords}
        if given and None not in given:  # None is **values
            assert given == blanks(call.args[0].value), place


def test_the_same_blanks():
    """A translation has the blanks of its text, no more and no fewer."""
    assert [text for text, chinese in translations().items() if blanks(text) != blanks(chinese)] == []


def test_the_same_numbers_and_marks():
    """Numbers, bold, code, links and icons of the text are all there."""
    kept = re.compile(r"(?<![A-Za-z])\d+|\*\*|`|\]\(|:material/\w+:")
    for english, chinese in translations().items():
        assert not Counter(kept.findall(english)) - Counter(kept.findall(chinese)), english


def test_chinese_is_chinese():
    """Nothing was left in English but what is written alike in both."""
    assert [text for text, chinese in translations().items() if not HAN.search(chinese)] == [
        text for text in translations() if text in SAME_IN_CHINESE
    ]


def test_chinese_typography():
    """Full-width punctuation beside Chinese characters, and a space between these and Latin letters or digits."""
    half_width = r"[一-鿿][,;:!?.(]|[,;:!?)][一-鿿]"
    stuck, loose = r"[一-鿿][A-Za-z0-9{]|[A-Za-z0-9}][一-鿿]", r" [，。；：？！（）]|[，。；：？！（）] "
    wrong = re.compile(f"{half_width}|{stuck}|{loose}")
    assert {text: found.group() for text, chinese in translations().items() if (found := wrong.search(chinese))} == {}


def test_the_compiled_catalogue_is_fresh():
    """The `.mo` holds what compiling the `.po` gives, in UTF-8."""
    compiled = BytesIO()
    write_mo(compiled, catalogue())
    compiled.seek(0)
    with PO.with_suffix(".mo").open("rb") as file:
        shipped = read_mo(file)
    assert {m.id: m.string for m in shipped if m.id} == {m.id: m.string for m in read_mo(compiled) if m.id}
    assert text._catalogue("zh").charset() == "utf-8"


def test_english_needs_no_catalogue():
    """The English texts are the keys."""
    assert text._catalogue("en").gettext("stretched") == "stretched"


@pytest.mark.parametrize("role", ROLES)
def test_roles_are_called_as_in_the_glossary(role):
    """One word for one thing, on screen and in `docs/glossary.md`."""
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    assert f"| {role} ({translations()[role]}) |" in glossary


def test_the_tables_speak_chinese(monkeypatch):
    """Summaries of merges, titles and reasons of examples, and names of samples."""
    words = [row.summary for row in MERGES.values()] + [row.title for row in SAMPLES.values()]
    words += [word for preset in PRESETS.values() for word in (preset.title, preset.why)]
    assert [word for word in words if not HAN.search(in_chinese(monkeypatch, word))] == []


def test_the_tensor_view_speaks_chinese(monkeypatch):
    """Every word that is handed to the browser."""
    words = pytest.importorskip("core.tensor_view.words").WORDS.values()
    wrong = [word for word in words if not HAN.search(in_chinese(monkeypatch, word))]
    assert [word for word in wrong if word not in SAME_IN_CHINESE] == []


def said(operation: str, shapes, **options) -> list[str]:
    """All that the engine has to say about shapes: warnings, or explanation and fixes."""
    try:
        return list(align(operation, shapes, **options).warnings)
    except MergeError as error:
        return [error.explanation, *(fix.text for fix in error.fixes)]


def check_rendered(monkeypatch, sentences) -> None:
    """Each is a sentence with an entry, in Chinese, with its values in place."""
    for sentence in sentences:
        assert isinstance(sentence, Sentence)
        shown = in_chinese(monkeypatch, sentence)
        assert HAN.search(shown), sentence
        assert shown != sentence
        for value in sentence.values.values():
            assert str(value) in shown


@pytest.mark.parametrize("name", list(PRESETS))
def test_what_the_engine_says_about_examples(monkeypatch, name):
    """Warnings, explanations and fixes of every example."""
    preset = PRESETS[name]
    check_rendered(monkeypatch, said(preset.operation, preset.shapes, axis=preset.axis, axes=preset.axes))


@pytest.mark.parametrize(
    ("operation", "shapes", "options"),
    [
        ("Add", [], {}),
        ("Multiply", [(2, 3)], {}),
        ("Subtract", [(2, 3)] * 3, {}),
        ("Multiply", [(2, 3, 5), (3, 3, 5)], {}),
        ("Multiply", [(2, 3, 5), (2, 7)], {}),
        ("Maximum", [(2, 3, 5), (2, 7, 5)], {}),
        ("Minimum", [(), (2, 3)], {}),
        ("Average", [(2, 3, 1), (2, 1, 5)], {}),
        ("Multiply", [(2, 3, 5, 7), (2, 5)], {}),
        ("Add", [(2, 0, 3), (2, 1, 3)], {}),
        ("Concatenate", [(2, 3), (2, 5, 7)], {}),
        ("Concatenate", [(2, 3), (2, 5)], {"axis": 7}),
        ("Concatenate", [(2, 3), (5, 3)], {"axis": 0}),
        ("Concatenate", [(2, 3), (2, 3)], {"axis": "x"}),
        ("Concatenate", [()], {}),
        ("Dot", [(2, 3), (2, 5)], {}),
        ("Dot", [(2, 3), (2, 3)], {"axes": 0}),
        ("Dot", [(2, 3), (2, 3)], {"axes": (7, 1)}),
        ("Dot", [(2, 3), (2, 3)], {"axes": "x"}),
        ("Dot", [(2, 3, 5), (2, 5)], {}),
        ("Dot", [(2, 3)], {}),
        ("Divide", [(2, 3)], {}),
        ("Add", [(2, 0.5)], {}),
        ("Add", [(2, -3)], {}),
        ("Add", (2, 3), {}),
    ],
)
def test_what_the_engine_says_about_shapes(monkeypatch, operation, shapes, options):
    """A handful of refusals and doubts, each rule of Keras at least once."""
    check_rendered(monkeypatch, said(operation, shapes, **options))


@pytest.mark.parametrize("dtype", ["float16", "uint8", "int32", "uint64", "bool"])
@pytest.mark.parametrize("operation", ["Multiply", "Average", "Dot"])
def test_what_the_engine_says_about_dtypes(monkeypatch, operation, dtype):
    """Warnings about what a dtype becomes, and the refusal of truth values."""
    inputs = [make_sample("counting", (2, 3), number=number, dtype=dtype) for number in range(2)]
    try:
        check_rendered(monkeypatch, merge(operation, inputs).warnings)
    except MergeError as error:
        check_rendered(monkeypatch, [error.explanation])


@pytest.mark.parametrize("typed", ["", "2,,3", "2,x", "2.5", "-1", "99999999", "1,1,1,1,1,1,1,1", "٢"])
def test_what_the_engine_says_about_typed_shapes(monkeypatch, typed):
    """One Chinese sentence for each shape that cannot be read."""
    with pytest.raises(MergeError) as caught:
        parse_shape(typed)
    check_rendered(monkeypatch, [caught.value.explanation])
