"""The documentation: its code runs and prints what it says, its links exist, its pictures are current."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from survey.command import parser
from tests.patience import PATIENCE
from tests.structure import PICTURES, with_pictures

ROOT = Path(__file__).parent.parent
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "findings").glob("*.md")),
]
RUN = [  # pages whose Python blocks form a script, top to bottom
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("add-*.md")),
    pytest.param(ROOT / "docs" / "sources.md", marks=pytest.mark.keras),
]


def blocks(page: Path, language: str) -> list[str]:
    """The code blocks of a page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def commands() -> list[tuple[str, str]]:
    """Page and command of every shell line, without its comment."""
    lines = [
        (page.name, shlex.join(shlex.split(line, comments=True)))
        for page in PAGES
        for block in blocks(page, "sh")
        for line in block.splitlines()
    ]
    return sorted({(page, line) for page, line in lines if line})


def run(*command: str) -> subprocess.CompletedProcess:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE)


@pytest.mark.parametrize("page", RUN, ids=lambda page: page.stem)
def test_the_python_of_a_page_runs(page):
    """All blocks of a page, one after the other in one process, print what their comments say."""
    code = "\n".join(blocks(page, "python"))
    done = run(sys.executable, "-c", code)
    assert done.returncode == 0, done.stderr
    promised = re.findall(r"^ *print\(.*?\) +# (.*)$", code, re.MULTILINE)
    assert promised
    lines = done.stdout.splitlines()
    assert [line for line in promised if line not in lines] == []


@pytest.mark.parametrize(
    ("page", "line"),
    [
        pytest.param(*case, marks=[pytest.mark.keras] if "inspect_model" in case[1] else [])
        for case in commands()
        if case[1].startswith("python -m") and not case[1].startswith("python -m survey")
    ],
)
def test_a_command_runs(page, line):
    done = run(sys.executable, *shlex.split(line)[1:])
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


@pytest.mark.parametrize(("page", "line"), [case for case in commands() if case[1].startswith("python -m survey")])
def test_a_survey_command_is_accepted(page, line):
    """Its arguments are read; a survey takes minutes."""
    given = parser().parse_args(shlex.split(line)[3:])
    assert given.out


@pytest.mark.parametrize(("page", "line"), [case for case in commands() if case[1].startswith("make")])
def test_a_target_exists(page, line):
    """`make -n` knows the target; nothing is run."""
    done = run("make", "-n", *shlex.split(line)[1:])
    assert done.returncode == 0, done.stderr


def test_make_lists_every_target():
    """`make` alone prints one line for each target that is meant for people."""
    listed = re.findall(r"^  make (\w+) +\S", run("make").stdout, re.MULTILINE)
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(phony.group(1).split())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_paths_exist(page):
    """Every relative link, and every file or folder of the repository that a page names."""
    text = page.read_text(encoding="utf-8")
    links = [target.split("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]
    assert [link for link in links if link and not (page.parent / link).exists()] == []
    folders = "app.py|assets|bench|core|deploy|docs|figures|findings|network|pages|sandbox|survey|tests|training|ui"
    named = re.findall(rf"`((?:{folders})/[\w./-]*)`", text)
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_counts_the_gates(page):
    """A new gate is one row of a table; a number in a text would be wrong from then on."""
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"(?i)\b(?:\d+|ten|eleven|twelve|\w+teen|twenty)\s+gates\b", text) == []


def test_the_pictures_of_the_architecture_are_current():
    """`python -m tests.structure` would change nothing."""
    text = PICTURES.read_text(encoding="utf-8")
    assert with_pictures(text) == text
