"""Reads stories: TOML files with steps of text, each with a state of the tensor view. Nothing in them is executed.

A file has a `title` and `[[step]]` tables; `core.story.entries` is the table of their entries.
`docs/write-a-story.md` describes how to write one.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..errors import MergeError, Shape, invalid_request
from ..limits import check_elements
from ..merges.align import output_shape
from ..sentences import Sentence
from .entries import ENTRIES, network_entries, shown
from .model import MAX_BYTES, MAX_STEPS, Fault, Network, Step, Story, StoryError

Lines = dict[tuple[int, str], int]  # (number of the table, name of the entry) -> line, from 1
Readers = Mapping[str, Callable[[Any], Any]]  # name of an entry -> its reader
TOP = -1  # number of the part before the first table

_MASKED = re.compile(  # strings and comments, which hold no entries
    r'"""(?:\\.|[^\\])*?"{3,5}' r"|'''.*?'{3,5}" r'|"(?:\\.|[^"\\\n])*"' r"|'[^'\n]*'" r"|\#[^\n]*", re.DOTALL
)
_ENTRY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*(?:=|\.)")


def entry_lines(text: str, table: str) -> Lines:
    """Find the lines of the entries of a text that `tomllib` has accepted.

    Args:
        text: TOML.
        table: name of the tables to count, `[[table]]`; the name "" stands for the header itself.

    Returns:
        The first line of each entry. Entries with quoted names are missing.
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
    """Keep the line breaks only."""
    return '"' + "\n" * masked[0].count("\n") + '"'


__all__ = ["Fault", "Step", "Story", "StoryError", "read_story"]

_MOST_FAULTS = 20
_PART = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*"""
_ENDLESS_NAME = re.compile(rf"(?:^|[\[{{,])[ \t]*(?:{_PART}){{64}}", re.MULTILINE)  # for which tomllib takes minutes
_NETWORK = ("gate", "slice")  # entries of a scene
_MERGE = ("shapes", "fill", "first", "dtype", "seed", "axis", "axes", "normalize", "layer")  # entries of a merge
_EACH = ("fill", "first", "dtype")  # one value, or one for each input


def read_story(content: bytes | str, network: Network) -> Story:
    """Read and validate a story.

    Args:
        content: of the file, at most `MAX_BYTES` of UTF-8.
        network: what a scene can show.

    Raises:
        StoryError: with every error and its line.
    """
    text = _decoded(content)
    raw = _parsed(text)
    lines = entry_lines(text, "step")
    steps, faults = [], [*_top_faults(raw, lines)]
    tables = raw.get("step")
    for number, table in enumerate(tables if isinstance(tables, list) else []):
        found = _step(number, table, lines, network_entries(network))
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
            Sentence(
                "The file has {size} bytes; at most {limit} are allowed.", size=f"{size:,}", limit=f"{MAX_BYTES:,}"
            )
        )
    try:
        text = content if isinstance(content, str) else content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = bytes(error.object[: error.start]).count(b"\n") + 1
        raise StoryError((Fault(line, Sentence("This is not UTF-8 text. Save the file as UTF-8.")),)) from None
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
        reason, _, where = str(error).partition(" (at ")
        known = where.startswith("line ")
        line = int(where[5:].partition(",")[0]) if known else text.count("\n") + 1 if where else 1
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
        yield Fault(lines.get((TOP, "step"), 1), Sentence("There is no step. Begin each step with a line [[step]]."))
    elif len(steps) > MAX_STEPS:
        last = lines.get((MAX_STEPS, ""), 1)
        yield Fault(last, Sentence("{count} steps; at most {limit} are allowed.", count=len(steps), limit=MAX_STEPS))


def _step(number: int, raw: Any, lines: Lines, recorded: Readers) -> Step | list[Fault]:
    """The step, or its errors."""
    head = lines.get((number, ""), 1)
    if not isinstance(raw, dict):
        return [Fault(head, Sentence("A step begins with a line [[step]]; got {found}.", found=shown(raw)))]
    at = {name: lines.get((number, name), head) for name in raw}
    faults = [Fault(at[name], _unknown(name, tuple(ENTRIES))) for name in raw if name not in ENTRIES]
    for name in ("title", "text", *(name for name in raw if name in ENTRIES and name not in ("title", "text"))):
        faults += _faults_of(name, raw, at.get(name, head), recorded)
    if faults:
        return faults
    values = {name: ENTRIES[name](value) for name, value in raw.items()}
    return _whole_step(values, at, head)


def _faults_of(name: str, raw: Mapping[str, Any], line: int, recorded: Readers | None = None) -> Iterator[Fault]:
    if name not in raw:
        yield Fault(line, Sentence("The entry {name} is missing.", name=name))
        return
    try:
        ENTRIES[name](raw[name])
        if recorded and name in recorded:
            recorded[name](raw[name])
    except MergeError as error:
        yield Fault(line, error.explanation)


def _unknown(name: str, known: tuple[str, ...]) -> Sentence:
    near = difflib.get_close_matches(name, known, 1)
    if near:
        return Sentence("There is no entry {name}; did you mean {near}?", name=shown(name), near=near[0])
    return Sentence("There is no entry {name}; the entries are {known}.", name=shown(name), known=", ".join(known))


def _whole_step(values: dict[str, Any], at: Mapping[str, int], head: int) -> Step | list[Fault]:
    """Check that the entries fit together."""
    try:
        name = "operation"
        if ("operation" in values) == ("scene" in values):
            raise invalid_request("A step needs either an operation with shapes or a scene, not both.")
        strangers = _NETWORK if "operation" in values else _MERGE
        for name in [stranger for stranger in strangers if stranger in values]:
            raise invalid_request("The entry {name} does not apply to this step.", name=name)
        for name in _EACH:
            _check_count(name, values)
        name = "shapes"
        step = _merge_step(values) if "operation" in values else Step(**values)
        name = "cell"
        _check_cell(step)
    except MergeError as error:
        return [Fault(at.get(name, head), error.explanation)]
    return step


def _check_count(name: str, values: Mapping[str, Any]) -> None:
    count, found = len(values.get("shapes", ())), len(values.get(name, (1,)))
    if count and found not in (1, count):
        raise invalid_request(
            "There are {count} inputs, but {name} has {found} values.", count=count, name=name, found=found
        )


def _merge_step(values: dict[str, Any]) -> Step:
    if "shapes" not in values:
        raise invalid_request("The entry {name} is missing.", name="shapes")
    count = len(values["shapes"])
    check_elements(values["shapes"], ())
    each = {"fill": ("counting",), **{name: values[name] for name in _EACH if name in values}}
    step = Step(**{**values, **{name: one * count if len(one) == 1 else one for name, one in each.items()}})
    output = _output(step)
    if output is not None:
        check_elements((), output)
    return step


def _output(step: Step) -> Shape | None:
    """The shape of the output; None if Keras rejects the merge, which a step may show."""
    return output_shape(step.operation or "", step.shapes, axis=step.axis, axes=step.axes)


def _check_cell(step: Step) -> None:
    output = _output(step) if step.operation else None
    if step.cell is None or output is None:
        return
    inside = len(step.cell) == len(output) and all(
        size is None or at < size for at, size in zip(step.cell, output, strict=True)
    )
    if not inside:
        raise invalid_request("The output of shape {shape} has no element {cell}.", cell=step.cell, shape=output)
