"""A story: steps of text beside a state of the tensor view. It is data in TOML; nothing in it is run.

A file begins with `title` and holds `[[step]]` tables; `story_entries.py` has the table of what may stand in one.
`docs/write-a-story.md` tells how to write one.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from core.errors import MergeError, Shape, invalid_request
from core.limits import check_elements
from core.merges.align import align
from core.sentences import Sentence
from core.story.entries import ENTRIES, shown
from core.story.model import MAX_BYTES, MAX_STEPS, Fault, Step, Story, StoryError

Lines = dict[tuple[int, str], int]  # (number of the table, name of the entry) -> line, from 1
TOP = -1  # the number of what stands before the first table

_MASKED = re.compile(  # strings and comments: what stands in them is no entry
    r'"""(?:\\.|[^\\])*?"{3,5}' r"|'''.*?'{3,5}" r'|"(?:\\.|[^"\\\n])*"' r"|'[^'\n]*'" r"|\#[^\n]*", re.DOTALL
)
_ENTRY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*(?:=|\.)")


def entry_lines(text: str, table: str) -> Lines:
    """Find the entries of a text that `tomllib` has accepted.

    Args:
        text: TOML.
        table: name of the tables that are counted, `[[table]]`; each stands under the name "" itself.

    Returns:
        The first line of each entry. What is written in an unusual way (quoted names) is missing.
    """
    header = re.compile(rf"\s*\[\[\s*{re.escape(table)}\s*\]\]")
    found: Lines = {}
    number = TOP
    for line, content in enumerate(_MASKED.sub(_blank, text).split("\n"), start=1):
        if header.match(content):
            number += 1
            found[number, ""] = line
        elif entry := _ENTRY.match(content):
            found.setdefault((number, entry[1]), line)
    return found


def _blank(masked: re.Match[str]) -> str:
    """As many lines, nothing on them."""
    return '"' + "\n" * masked[0].count("\n") + '"'


__all__ = ["Fault", "Step", "Story", "StoryError", "read_story"]

_MOST_FAULTS = 20
_PART = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*"""
_ENDLESS_NAME = re.compile(rf"(?:^|[\[{{,])[ \t]*(?:{_PART}){{64}}", re.MULTILINE)  # of which tomllib makes minutes
_NETWORK = ("gate", "slice")  # entries that go with a scene
_MERGE = ("shapes", "fill", "seed", "axis", "axes", "normalize", "layer")  # entries that go with an operation


def read_story(content: bytes | str) -> Story:
    """Read and check a story.

    Args:
        content: of the file, up to `MAX_BYTES` of UTF-8.

    Raises:
        StoryError: with every fault and its line.
    """
    text = _decoded(content)
    raw = _parsed(text)
    lines = entry_lines(text, "step")
    steps, faults = [], [*_top_faults(raw, lines)]
    tables = raw.get("step")
    for number, table in enumerate(tables if isinstance(tables, list) else []):
        found = _step(number, table, lines)
        if isinstance(found, Step):
            steps.append(found)
        else:
            faults += found
    if faults:
        raise StoryError(tuple(sorted(faults, key=lambda fault: fault.line)[:_MOST_FAULTS]))
    return Story(ENTRIES["title"](raw["title"]), tuple(steps))


def _decoded(content: bytes | str) -> str:
    size = len(content)
    if size > MAX_BYTES:
        raise _whole(
            Sentence("The file has {size} bytes; up to {limit} are read.", size=f"{size:,}", limit=f"{MAX_BYTES:,}")
        )
    try:
        text = content if isinstance(content, str) else content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = bytes(error.object[: error.start]).count(b"\n") + 1
        raise StoryError((Fault(line, Sentence("This is not UTF-8 text; please save the file as UTF-8.")),)) from None
    if not text.strip():
        raise _whole(Sentence("The file is empty."))
    return text.replace("\r\n", "\n")


def _parsed(text: str) -> dict[str, Any]:
    if _ENDLESS_NAME.search(text):
        raise _whole(Sentence("The file is nested too deeply."))
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise _whole(Sentence("The file is nested too deeply.")) from None
    except ValueError as error:  # TOMLDecodeError, and numbers of thousands of digits
        reason, _, place = str(error).partition(" (at ")
        known = place.startswith("line ")
        line = int(place[5:].partition(",")[0]) if known else text.count("\n") + 1 if place else 1
        said = Sentence("This is not TOML: {reason}.", reason=reason[:80])
        raise StoryError((Fault(line, said),)) from None


def _whole(text: Sentence) -> StoryError:
    return StoryError((Fault(1, text),))


def _top_faults(raw: Mapping[str, Any], lines: Lines) -> Iterator[Fault]:
    for name in raw:
        if name not in ("title", "step"):
            yield Fault(lines.get((TOP, name), 1), _unknown(name, ("title", "step")))
    yield from _faults_of("title", raw, lines.get((TOP, "title"), 1))
    steps = raw.get("step")
    if not isinstance(steps, list) or not steps:
        yield Fault(lines.get((TOP, "step"), 1), Sentence("There is no step; begin each with a line [[step]]."))
    elif len(steps) > MAX_STEPS:
        last = lines.get((MAX_STEPS, ""), 1)
        yield Fault(
            last, Sentence("There are {count} steps; up to {limit} are told.", count=len(steps), limit=MAX_STEPS)
        )


def _step(number: int, raw: Any, lines: Lines) -> Step | list[Fault]:
    """The step, or what is wrong with it."""
    head = lines.get((number, ""), 1)
    if not isinstance(raw, dict):
        return [Fault(head, Sentence("A step begins with a line [[step]]; this is {found}.", found=shown(raw)))]
    at = {name: lines.get((number, name), head) for name in raw}
    faults = [Fault(at[name], _unknown(name, tuple(ENTRIES))) for name in raw if name not in ENTRIES]
    for name in ("title", "text", *(name for name in raw if name in ENTRIES and name not in ("title", "text"))):
        faults += _faults_of(name, raw, at.get(name, head))
    if faults:
        return faults
    values = {name: ENTRIES[name](value) for name, value in raw.items()}
    return _whole_step(values, at, head)


def _faults_of(name: str, raw: Mapping[str, Any], line: int) -> Iterator[Fault]:
    if name not in raw:
        yield Fault(line, Sentence("The entry {name} is missing.", name=name))
        return
    try:
        ENTRIES[name](raw[name])
    except MergeError as error:
        yield Fault(line, error.explanation)


def _unknown(name: str, known: tuple[str, ...]) -> Sentence:
    near = difflib.get_close_matches(name, known, 1)
    if near:
        return Sentence("There is no entry {name}; perhaps {near} is meant.", name=shown(name), near=near[0])
    return Sentence("There is no entry {name}; there are {known}.", name=shown(name), known=", ".join(known))


def _whole_step(values: dict[str, Any], at: Mapping[str, int], head: int) -> Step | list[Fault]:
    """What must fit together does."""
    try:
        name = "operation"
        if ("operation" in values) == ("scene" in values):
            raise invalid_request("A step shows either an operation with shapes or a scene; give one of the two.")
        strangers = _NETWORK if "operation" in values else _MERGE
        for name in [stranger for stranger in strangers if stranger in values]:
            raise invalid_request("The entry {name} does not go with this step.", name=name)
        name = "fill"
        _check_fill(values)
        name = "shapes"
        step = _merge_step(values) if "operation" in values else Step(**values)
        name = "cell"
        _check_cell(step)
    except MergeError as error:
        return [Fault(at.get(name, head), error.explanation)]
    return step


def _check_fill(values: Mapping[str, Any]) -> None:
    count, found = len(values.get("shapes", ())), len(values.get("fill", ()))
    if count and found > 1 and found != count:
        raise invalid_request("There are {count} inputs, and fill names {found} samples.", count=count, found=found)


def _merge_step(values: dict[str, Any]) -> Step:
    if "shapes" not in values:
        raise invalid_request("The entry {name} is missing.", name="shapes")
    count = len(values["shapes"])
    fill = values.get("fill", ("counting",))
    check_elements(values["shapes"], ())
    step = Step(**{**values, "fill": fill * count if len(fill) == 1 else fill})
    output = _output(step)
    if output is not None:
        check_elements((), output)
    return step


def _output(step: Step) -> Shape | None:
    """The shape of the result; None where the merge is refused, which a step may show."""
    try:
        return align(step.operation or "", step.shapes, axis=step.axis, axes=step.axes).output_shape
    except MergeError:
        return None


def _check_cell(step: Step) -> None:
    output = _output(step) if step.operation else None
    if step.cell is None or output is None:
        return
    inside = len(step.cell) == len(output) and all(
        size is None or place < size for place, size in zip(step.cell, output, strict=True)
    )
    if not inside:
        raise invalid_request("There is no cell {cell} in the result {shape}.", cell=step.cell, shape=output)
