"""A good recording, and broken ones with the sentence that each must get."""

import json
import zipfile
from io import BytesIO

import numpy as np

from core.files.recordings import (
    Index,
    Meeting,
    ModelInput,
    RecordedCall,
    RecordedTensor,
    Source,
    Step,
    recording_bytes,
)

FEATURES, GATE = (
    np.linspace(-2, 3, 2 * 5 * 7 * 3, dtype="float32").reshape(2, 5, 7, 3),
    np.full((2, 5, 7, 1), 0.25, "f4"),
)
GATE[0, 1, 2] = 0.75


def good(steps=(0,), *, mask=False):
    """The list and the arrays of a gate on features, recorded at these training steps; it opens with the steps."""
    arrays, recorded = [FEATURES], []
    for step in steps:
        gate = np.asarray(GATE / (1 + step), "float32")
        first = len(arrays)
        arrays += [gate, np.asarray(FEATURES * gate, "float32")]
        tensors = (
            RecordedTensor(FEATURES.shape, "float32", 0),
            RecordedTensor(GATE.shape, "float32", first),
            RecordedTensor(FEATURES.shape, "bfloat16", first + 1),
        )
        joined = tuple(RecordedTensor(FEATURES.shape, "float32", None) for _ in range(3))
        recorded.append(Step(step, {"gate/multiply": tensors, "divide": joined}, (tensors[2],)))
    if mask:
        arrays.append(np.ones((2, 5, 7), bool))
    calls = (
        RecordedCall("image", "image", "Input", (), FEATURES.shape),
        RecordedCall("gate/conv", "conv", "Conv2D", ("image",), GATE.shape),
        RecordedCall("gate/multiply", "multiply", "Multiply", ("image", "gate/conv"), FEATURES.shape),
        RecordedCall("divide", "divide", "TrueDivide", ("gate/multiply", "image"), FEATURES.shape),
    )
    meetings = (
        Meeting("gate/multiply", "Multiply", "operator", (Source("image"), Source("gate/conv"))),
        Meeting("divide", "", "operation", (Source("gate/multiply"), Source("", "array"))),
    )
    given = ModelInput("image", RecordedTensor(FEATURES.shape, "float32", 0))
    index = Index(
        "small", "Keras 3.15.1, tensorflow", "last", calls, meetings, (given,), ("gate/multiply",), tuple(recorded)
    )
    return index, arrays


def content(steps=(0,)):
    """A good recording as a file."""
    return recording_bytes(*good(steps))


def unpacked(file):
    """The members of an archive."""
    with zipfile.ZipFile(BytesIO(file)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(members, packing=zipfile.ZIP_STORED):
    """An archive of members."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", packing) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def with_list(change):
    """A good recording whose list is changed: `change` gets the parsed JSON."""
    members = unpacked(content())
    found = json.loads(members["recording.json"])
    change(found)
    return packed(members | {"recording.json": json.dumps(found)})


def with_member(name, data):
    """A good recording with another member."""
    return packed(unpacked(content()) | {name: data})


def npy(array, **options):
    stream = BytesIO()
    np.save(stream, array, **options)
    return stream.getvalue()


def _set(*path):
    """A change of the list: the last of the path is the new value."""

    def change(found):
        *steps, last, value = path
        for step in steps:
            found = found[step]
        found[last] = value

    return change


def _drop(name):
    return lambda found: found.pop(name)


def _without(name):
    members = unpacked(content())
    members.pop(name)
    return packed(members)


_TENSOR = ("steps", 0, "tensors", "gate/multiply", 0)

BROKEN = {
    "empty": (b"", "The file is empty"),
    "text": (b"import mergescope", "damaged or cut off"),
    "cut off": (content()[:-200], "damaged or cut off"),
    "front cut off": (content()[370:], "damaged or cut off"),
    "no list": (_without("recording.json"), "holds no recording.json"),
    "other npz": (packed({"a.npy": npy(FEATURES)}), "holds no recording.json"),
    "foreign member": (with_member("model.pkl", b"\x80\x04."), "model.pkl is not part of a recording"),
    "path": (with_member("../0.npy", b""), "leads out of the archive"),
    "leading zero": (with_member("00.npy", npy(GATE)), "00.npy is not part"),
    "not JSON": (with_member("recording.json", b"{"), "not valid JSON"),
    "not UTF-8": (with_member("recording.json", b'"\xff"'), "not valid JSON"),
    "NaN": (with_member("recording.json", b'{"format": NaN}'), "not valid JSON"),
    "deep": (with_member("recording.json", b"[" * 100_000), "nested too deeply"),
    "a list": (with_member("recording.json", b"[]"), "does not describe a recording"),
    "other format": (with_list(_set("format", "zip")), "does not describe a recording"),
    "newer": (with_list(_set("version", 2)), "version 2 of the format"),
    "no version": (with_list(_drop("version")), "version None of the format"),
    "no model": (with_list(_drop("model")), "recording.model of the list is missing"),
    "long name": (with_list(_set("model", "x" * 5_000)), "recording.model of the list"),
    "channels": (with_list(_set("channels", "middle")), "recording.channels"),
    "no calls": (with_list(_drop("calls")), "recording.calls"),
    "call is no object": (with_list(_set("calls", 0, "Multiply")), "calls of the list"),
    "many calls": (with_list(_set("calls", [{}] * 6_000)), "holds 6,000 entries; up to 5,000"),
    "same id": (with_list(lambda f: f["calls"].append(f["calls"][0])), "Two calls of the list have the same id"),
    "circle": (with_list(_set("calls", 0, "inputs", ["gate/multiply"])), "image of the list comes before a call"),
    "its own input": (with_list(_set("calls", 1, "inputs", ["gate/conv"])), "gate/conv of the list comes before"),
    "unknown call": (with_list(_set("meetings", 0, "call", "nowhere")), "a call that it does not describe"),
    "unknown operation": (with_list(_set("meetings", 0, "operation", "Lambda")), "meetings.operation"),
    "unknown kind": (with_list(_set("meetings", 0, "kind", "code")), "meetings.kind"),
    "a merge that is none": (with_list(_set("meetings", 0, "operation", "")), "meetings.kind"),
    "option": (with_list(_set("meetings", 0, "options", {"function": "exec"})), "meetings.options"),
    "axis of text": (with_list(_set("meetings", 0, "options", {"axis": "1"})), "meetings.options"),
    "huge axis": (with_list(_set("meetings", 0, "options", {"axis": 10**9})), "meetings.options"),
    "no steps": (with_list(_set("steps", [])), "steps of the list are missing"),
    "step order": (with_list(lambda f: f["steps"].append(f["steps"][0])), "not in ascending order"),
    "negative step": (with_list(_set("steps", 0, "number", -1)), "steps.number"),
    "step of unknown call": (with_list(_set("steps", 0, "tensors", {"x": []})), "a call that it does not describe"),
    "operand missing": (with_list(lambda f: f["steps"][0]["tensors"]["gate/multiply"].pop()), "steps.tensors"),
    "no such array": (with_list(_set(*_TENSOR, "array", 99)), "names the array 99, which is not in the archive"),
    "array of text": (with_list(_set(*_TENSOR, "array", "0")), "tensors.array"),
    "array of true": (with_list(_set(*_TENSOR, "array", True)), "tensors.array"),
    "other shape": (with_list(_set(*_TENSOR, "shape", [2, 5, 7, 4])), "has the shape (2, 5, 7, 3); the list says"),
    "negative size": (with_list(_set(*_TENSOR, "shape", [2, -5, 7, 3])), "tensors.shape"),
    "deep shape": (with_list(_set(*_TENSOR, "shape", [1] * 40)), "tensors.shape of the list holds 40 entries"),
    "dtype": (with_list(_set(*_TENSOR, "dtype", 32)), "tensors.dtype"),
    "no array at all": (_without("0.npy"), "names the array 0, which is not in the archive"),
    "no NumPy file": (with_member("0.npy", b"PK not an array"), "not a NumPy file"),
    "objects": (with_member("0.npy", npy(np.array([{}], object), allow_pickle=True)), "holds Python objects"),
    "complex": (with_member("0.npy", npy(FEATURES.astype("c8"))), "complex64 cannot be drawn"),
    "text array": (with_member("0.npy", npy(np.array(["a"]))), "<U1 cannot be drawn"),
    "long double": (with_member("0.npy", npy(FEATURES.astype("longdouble"))), "float128 cannot be drawn"),
    "too few bytes": (with_member("0.npy", npy(FEATURES)[:-4]), "bytes of numbers but holds 836"),
    "header": (with_member("0.npy", b"\x93NUMPY\x01\x00\xff\xff{}"), "header of the file is damaged"),
    "bomb": (packed({"recording.json": b" " * 5_000_000}, zipfile.ZIP_DEFLATED), "as a zip bomb does"),
}  # fmt: skip
