"""Reads the list of a recording, `recording.json`: a field that is missing or has the wrong type is named."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from ..errors import MergeError, invalid_request
from ..merges.operations import MERGES
from .recordings import (
    FORMAT,
    INDEX,
    KINDS,
    VERSION,
    Index,
    Meeting,
    ModelInput,
    RecordedCall,
    RecordedTensor,
    Source,
    Step,
)

MOST_ARRAYS = 20_000
_MOST_CALLS, _MOST_STEPS = 5_000, 1_000
_MOST_TEXT, _MOST_RANK, _MOST_SIZE = 400, 32, 2**31

T = TypeVar("T")


def read_index(content: bytes) -> Index:
    """Read the content of `recording.json`.

    Raises:
        MergeError: no JSON, of another format or version, a field of the wrong type, or entries that do not fit.
    """
    return _index(_parsed(content))


def _parsed(content: bytes) -> dict[str, Any]:
    def no_constant(name: str) -> float:
        raise ValueError(name)

    try:
        found = json.loads(content.decode("utf-8"), parse_constant=no_constant)
    except RecursionError:
        raise invalid_request("{member} is nested too deeply.", member=INDEX) from None
    except ValueError:
        raise invalid_request("{member} is not valid JSON.", member=INDEX) from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise invalid_request("{member} does not describe a recording.", member=INDEX)
    version = found.get("version")
    if version != VERSION:
        raise invalid_request(
            "The recording has version {version} of the format; this program reads version {known}. "
            "Record it again, or update Mergescope.",
            version=str(version)[:20],
            known=VERSION,
        )
    return found


class _Fields:
    """One JSON object of the list."""

    def __init__(self, raw: object, where: str) -> None:
        if not isinstance(raw, dict):
            raise _wrong(where)
        self._raw, self._where = raw, where

    def text(self, name: str, *, most: int = _MOST_TEXT, among: tuple[str, ...] = ()) -> Any:
        value = self._raw.get(name)
        if not isinstance(value, str) or len(value) > most or (among and value not in among):
            raise self._wrong(name)
        return "".join(sign if sign.isprintable() else "?" for sign in value)

    def whole(self, name: str, most: int) -> int:
        value = self._raw.get(name)
        if type(value) is not int or not 0 <= value <= most:
            raise self._wrong(name)
        return value

    def number(self, name: str) -> int | None:
        """The number of an array, or None."""
        return None if self._raw.get(name) is None else self.whole(name, MOST_ARRAYS)

    def each(self, name: str, read: Callable[[object], T], most: int) -> tuple[T, ...]:
        value = self._raw.get(name)
        if not isinstance(value, list):
            raise self._wrong(name)
        if len(value) > most:
            raise invalid_request(
                "{field} of the list holds {count} entries; up to {limit} are read.",
                field=f"{self._where}.{name}",
                count=f"{len(value):,}",
                limit=f"{most:,}",
            )
        return tuple(read(one) for one in value)

    def texts(self, name: str, most: int) -> tuple[str, ...]:
        return self.each(name, lambda one: str(_Fields({"one": one}, f"{self._where}.{name}").text("one")), most)

    def shape(self, name: str) -> tuple[int, ...]:
        def size(one: object) -> int:
            return _Fields({"one": one}, f"{self._where}.{name}").whole("one", _MOST_SIZE)

        return self.each(name, size, _MOST_RANK)

    def inside(self, name: str) -> dict[str, object]:
        value = self._raw.get(name)
        if not isinstance(value, dict) or len(value) > _MOST_CALLS:
            raise self._wrong(name)
        return value

    def has(self, name: str) -> bool:
        return self._raw.get(name) is not None

    def _wrong(self, name: str) -> MergeError:
        return _wrong(f"{self._where}.{name}")


def _wrong(where: str) -> MergeError:
    return invalid_request("{field} of the list is missing or has the wrong type.", field=where[:80])


def _index(raw: dict[str, Any]) -> Index:
    fields = _Fields(raw, "recording")
    calls = fields.each("calls", _call, _MOST_CALLS)
    meetings = fields.each("meetings", _meeting, _MOST_CALLS)
    known = {call.id for call in calls}
    if len(known) < len(calls) or len({meeting.call for meeting in meetings}) < len(meetings):
        raise invalid_request("Two calls of the list have the same id.")
    if not {meeting.call for meeting in meetings} <= known:
        raise invalid_request("The list names a call that it does not describe.")
    _check_order(calls)
    steps = fields.each("steps", partial(_step, meetings={one.call: one for one in meetings}), _MOST_STEPS)
    numbers = [step.number for step in steps]
    if not steps or sorted(set(numbers)) != numbers:
        raise invalid_request("The steps of the list are missing or not in ascending order.")
    return Index(
        model=fields.text("model"),
        made_by=fields.text("made_by"),
        channels=fields.text("channels", among=("last", "first")),
        calls=calls,
        meetings=meetings,
        inputs=fields.each("inputs", _input, 64),
        outputs=fields.texts("outputs", 64),
        steps=steps,
    )


def _check_order(calls: tuple[RecordedCall, ...]) -> None:
    """A call comes after those that compute its inputs, so the graph has no circle."""
    later = {call.id for call in calls}
    for call in calls:
        if not later.isdisjoint(call.inputs):
            raise invalid_request("{call} of the list comes before a call that computes its input.", call=call.id[:80])
        later.discard(call.id)


def _call(raw: object) -> RecordedCall:
    fields = _Fields(raw, "calls")
    return RecordedCall(
        fields.text("id"),
        fields.text("name"),
        fields.text("class_name"),
        fields.texts("inputs", 256),
        fields.shape("shape") if fields.has("shape") else None,
    )


def _meeting(raw: object) -> Meeting:
    fields = _Fields(raw, "meetings")
    operation = fields.text("operation", among=("", *MERGES))
    kind = fields.text("kind", among=KINDS)
    if (kind in ("operation", "inside")) == bool(operation):
        raise _wrong("meetings.kind")
    sources = fields.each("sources", _source, 256)
    return Meeting(fields.text("call"), operation, kind, sources, _options(fields.inside("options")))


def _source(raw: object) -> Source:
    fields = _Fields(raw, "sources")
    return Source(fields.text("call"), fields.text("constant"))


def _options(raw: dict[str, object]) -> dict[str, Any]:
    """Axis, axes and normalize, of the types that a merge takes."""
    found: dict[str, Any] = {}
    for name, value in raw.items():
        if (name == "normalize" and isinstance(value, bool)) or (name in ("axis", "axes") and _is_axis(value)):
            found[name] = value
        elif name == "axes" and isinstance(value, list) and len(value) == 2 and all(map(_is_axis, value)):
            found[name] = tuple(value)
        else:
            raise _wrong("meetings.options")
    return found


def _is_axis(value: object) -> bool:
    return type(value) is int and abs(value) <= _MOST_RANK


def _step(raw: object, meetings: Mapping[str, Meeting]) -> Step:
    fields = _Fields(raw, "steps")
    tensors: dict[str, tuple[RecordedTensor, ...]] = {}
    for name, row in fields.inside("tensors").items():
        meeting = meetings.get(name)
        if meeting is None:
            raise invalid_request("The list names a call that it does not describe.")
        found = _Fields({"row": row}, "steps.tensors").each("row", _tensor, 257)
        if len(found) != len(meeting.sources) + 1:
            raise _wrong("steps.tensors")
        tensors[name] = found
    return Step(fields.whole("number", 2**53), tensors, fields.each("outputs", _tensor, 64))


def _tensor(raw: object) -> RecordedTensor:
    fields = _Fields(raw, "tensors")
    return RecordedTensor(
        fields.shape("shape"), fields.text("dtype", most=40), fields.number("array"), fields.number("mask")
    )


def _input(raw: object) -> ModelInput:
    fields = _Fields(raw, "inputs")
    return ModelInput(fields.text("name"), _tensor(fields.inside("tensor")))
