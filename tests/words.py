"""Words that the project does not use, in any text that a person reads, and where such texts are found.

`docs/glossary.md` has the words to use instead. `python -m tests.words` lists every use with its file and line.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
CATALOGUE = ROOT / "ui" / "locales" / "zh" / "LC_MESSAGES" / "mergescope.po"
PYTHON = ("core", "figures", "ui", "pages", "sandbox", "network", "training", "bench", "survey", "findings", "tests")
SELF = {"tests/words.py", "tests/test_language.py"}  # they name the forbidden words

_POSITION = (
    r"each|every|all|other|same|these|those|which|few|many|most|some|two|three|four|\d+|first|last|next|any|its own"
)
ENGLISH = {  # pattern: what to write instead
    r"\bmend(s|ed|ing)?\b": "fix",
    r"\b(whoever|somebody|nobody)\b": "name the subject",
    r"\bof (yours|ours|mine|one's own)\b": "your, our",
    r"\b(cell by cell|number by number)\b": "element-wise",
    r"\bstand(s|ing)? in\b": "is in, replaces",
    r"\bbeside us\b": "in a separate process",
    r"\btold\b": "say what is reported, to what",
    r"\bhears?\b": "receives",
    r"\b(gets?|has) (its|a) sentence\b": "is rejected with an error message",
    r"\bwhence\b": "from which",
    r"\b(hold|holds|held|holding) (\w+ ){0,4}against\b": "compare with",
    r"\bthe truth\b": "the ground truth",
    r"\bthe network('s)? answers?\b": "the prediction",
    r"\bheld back\b": "suppressed",
    r"\blet(s|ting)? (it |them )?through\b": "passed",
    rf"\b({_POSITION}) places?\b": "position, index",
    r"\bplaces? (away|of the (grid|map))\b": "position",
    r"\bin the way\b": "prevents it",
    r"\bwhole numbers?\b": "integer",
    r"\bweighs?\b": "weights",
}
SCREEN = {  # also forbidden where the text is shown
    r"(?<!in )\bplaces?\b": "position, index",
    r"\baxis of 1\b": "axis of size 1",
    r"\bmap of weights\b": "attention map",
    r"\brefuse[sd]?\b": "rejects, raises",
    r"\btraps?\b": "common mistake",
    r"\bclash(es)?\b": "mismatch",
}
CHINESE = ("拦住", "画廊", "变形")
NAMES = {"told", "nobody", "whoever", "somebody", "mend", "knock", "whence", "hears", "invalid_request", "speak"}


@dataclass(frozen=True)
class Text:
    """A piece of text, the file and the line where it starts, and whether it is shown on screen."""

    file: str
    line: int
    text: str
    shown: bool = False


def python_files() -> list[Path]:
    """All Python files, those of the tests included."""
    found = [file for folder in PYTHON for file in sorted((ROOT / folder).rglob("*.py"))]
    return [*found, ROOT / "app.py", ROOT / "serve.py", *sorted((ROOT / "docs").glob("*.py"))]


def documents() -> list[Path]:
    """The pages for people, and other files whose comments people read."""
    named = (
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
        "Makefile",
        "pyproject.toml",
        "assets/CARD.md",
    )
    globs = (
        "docs/*.md",
        "findings/*.md",
        "findings/*.sh",
        "deploy/**/*.y*ml",
        "deploy/**/*.conf",
        "deploy/*.env",
        "ui/**/*.en.toml",
    )
    return [ROOT / name for name in named if (ROOT / name).exists()] + [f for g in globs for f in sorted(ROOT.glob(g))]


def _docstrings(file: str, tree: ast.Module) -> Iterator[Text]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found = ast.get_docstring(node, clean=False)
            if found:
                yield Text(file, node.body[0].lineno, found)


def _comments(file: str, source: str) -> Iterator[Text]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield Text(file, token.start[0], token.string)


@cache
def keywords() -> dict[str, Any]:
    """The markers of translatable strings that the Makefile passes to pybabel."""
    found = re.search(r'-k "([^"]+)"', (ROOT / "Makefile").read_text(encoding="utf-8"))
    assert found is not None
    return {**DEFAULT_KEYWORDS, **parse_keywords(found.group(1).split())}


@cache
def marked() -> tuple[tuple[str, int, str], ...]:
    """File, line and text of every string on screen, as `make text` finds them."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(ROOT, methods, options, keywords())
    return tuple((file, line, str(message)) for file, line, message, _, _ in found)


def texts() -> Iterator[Text]:
    """Docstrings and comments of Python, comments of JavaScript and CSS, documents, and the strings on screen."""
    for path in python_files():
        file, source = str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
        if file not in SELF:
            yield from _docstrings(file, ast.parse(source))
            yield from _comments(file, source)
    scripts = [
        *(ROOT / "ui").rglob("*.js"),
        *(ROOT / "ui").rglob("*.css"),
        *(ROOT / "ui").rglob("*.d.ts"),
        *(ROOT / "tests").rglob("*.mjs"),
    ]
    for path in sorted(scripts):
        source = path.read_text(encoding="utf-8")
        for found in re.finditer(r"(?<!:)//[^\n]*|/\*.*?\*/", source, re.DOTALL):
            yield Text(str(path.relative_to(ROOT)), source.count("\n", 0, found.start()) + 1, found.group())
    for path in documents():
        yield Text(str(path.relative_to(ROOT)), 1, path.read_text(encoding="utf-8"), path.suffix == ".toml")
    for file, line, message in marked():
        yield Text(file, line, re.sub(r"\{\w+\}", "{}", message), shown=True)


def names() -> Iterator[tuple[str, int, str]]:
    """File, line and name of every function, class, parameter and variable that Python code defines."""
    for path in python_files():
        file = str(path.relative_to(ROOT))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield file, node.lineno, node.name
            elif isinstance(node, ast.arg):
                yield file, node.lineno, node.arg
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield file, node.lineno, node.id


def uses(pattern: str, text: str) -> list[re.Match[str]]:
    """Every match, also where a line break or the sign of a comment is between the words."""
    return list(_compiled(pattern).finditer(text))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"(?<!\?<!in) ", lambda _: r"[\s#/*]+", pattern), re.IGNORECASE)


def forbidden() -> list[str]:
    """Every forbidden word, as `file:line: word (what to write instead)`."""
    found = []
    for text in texts():
        for pattern, better in (ENGLISH | SCREEN if text.shown else ENGLISH).items():
            for use in uses(pattern, text.text):
                line = text.line + text.text.count("\n", 0, use.start())
                found.append(f"{text.file}:{line}: {' '.join(use.group().split())!r} ({better})")
    for file, line, name in names():
        words = set(re.split(r"_|(?<=[a-z])(?=[A-Z])", name)) & NAMES
        if words and not Path(file).name.startswith("test_"):
            found.append(f"{file}:{line}: the name {name}")
    return found


def forbidden_chinese() -> list[str]:
    """Every translation that uses a forbidden Chinese word, and every queue that the English does not have."""
    with CATALOGUE.open("rb") as opened:
        messages = {str(message.id): str(message.string) for message in read_po(opened) if message.id}
    found = [f"{chinese}: {word}" for chinese in messages.values() for word in CHINESE if word in chinese]
    found += [f"{zh}: 队列" for en, zh in messages.items() if "队列" in zh and "queue" not in en.lower()]
    for path in (*(ROOT / "ui").rglob("*.zh.toml"), ROOT / "docs" / "glossary.md"):
        text = path.read_text(encoding="utf-8")
        found += [f"{path.relative_to(ROOT)}: {word}" for word in CHINESE if word in text]
    return found


if __name__ == "__main__":
    print("\n".join([*forbidden(), *forbidden_chinese()]))
