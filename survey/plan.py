"""What a survey will do, as data: the model, the images, the gates, and the shards that the images are divided into."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from math import ceil
from typing import Any

from core import Sentence
from core.errors import invalid_request
from core.limits import MAX_RANK, MAX_SIZE
from sandbox.model_run.gate_figures import GateSpec

VERSION = 2  # of the figures and of the files; a survey is continued only by the version that began it
SHARD = 64  # images that are measured, stored and repeated together
MAX_PLAN_BYTES = 4_000_000  # of plan.json
BATCH = 16
LeftOut = tuple[tuple[str, str], ...]
"""Ids of calls that may be gates and are not measured, each with the reason, a key of `NOT_MEASURED`."""
NOT_MEASURED: dict[str, str] = {
    "inside": Sentence("it combines tensors inside the layer; a survey measures merges"),
    "ranks": Sentence("TimeDistributed runs it, and its operands differ in their number of axes"),
    "no gate": Sentence("none of its operands is a gate on the first images"),
    "not reached": Sentence("the model does not reach it when it runs"),
}


@dataclass(frozen=True)
class Options:
    """What was asked for, as far as it changes the result.

    Attributes:
        data: as on the command line, see `survey.source.open_source`.
        masks: folder of the masks, or None.
        limit: only the first so many images; None for all.
        batch: images that the model runs on at a time.
        scale: of pictures, as `python -m sandbox.inspect_model` takes it.
        size: rows and columns of inputs that leave them open; None for those of the first image.
        gates: merges named by hand, such as "fusion" or "fusion:1" with the number of the operand; empty for those
            that are recognised.
    """

    data: tuple[str, ...]
    masks: str | None = None
    limit: int | None = None
    batch: int = BATCH
    scale: str = "0..1"
    size: tuple[int, int] | None = None
    gates: tuple[str, ...] = ()

    def digest(self) -> str:
        """Of everything but where the images are, which the digest of the source covers."""
        kept = {name: value for name, value in asdict(self).items() if name not in ("data", "masks")}
        return sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()

    def named_gates(self) -> dict[str, int]:
        """The merges named by hand, each with the number of its operand, or -1."""
        found = {}
        for text in self.gates:
            name, _, number = text.rpartition(":")
            found[name if name and number.isdigit() else text] = int(number) if name and number.isdigit() else -1
        return found


@dataclass(frozen=True)
class Plan:
    """A survey.

    Attributes:
        model: path of the model file.
        model_digest: SHA-256 of its content.
        source_digest: of the listing of the images.
        count: images.
        options: as asked for.
        inputs: for each input of the model, in order, the shape of one image without the batch.
        gates: that are measured.
        batch: images that the model runs on at a time: as asked for, or as many as the model and a message take.
        mask_size: rows and columns to which masks are brought; None where there are none.
        left_out: calls that may be gates and are not measured.
        version: of the figures and files.
    """

    model: str
    model_digest: str
    source_digest: str
    count: int
    options: Options
    inputs: tuple[tuple[int, ...], ...]
    gates: tuple[GateSpec, ...]
    batch: int = BATCH
    mask_size: tuple[int, int] | None = None
    left_out: LeftOut = ()
    version: int = VERSION

    @property
    def id(self) -> str:
        """Equal for two runs whose results are the same."""
        parts = (self.model_digest, self.source_digest, self.options.digest(), str(self.version))
        return sha256(" ".join(parts).encode()).hexdigest()

    @property
    def shards(self) -> int:
        """How many there are."""
        return ceil(self.count / SHARD)

    def numbers(self, shard: int) -> range:
        """The numbers of the images of a shard."""
        return range(shard * SHARD, min(self.count, (shard + 1) * SHARD))

    def as_text(self) -> str:
        """As JSON, for plan.json."""
        return json.dumps({**asdict(self), "id": self.id}, indent=1)


def read_plan(text: str) -> Plan:
    """The plan in a text that `Plan.as_text` made.

    Raises:
        MergeError: it is none, or of another version.
    """
    try:
        value = json.loads(text)
        if value["version"] != VERSION:
            raise invalid_request(
                "The survey was made by version {own} of the survey; this is version {version}. Start it again in "
                "another folder.",
                own=int(value["version"]),
                version=VERSION,
            )
        return _plan(value)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if hasattr(error, "keras_message"):
            raise
        raise invalid_request("plan.json does not describe a survey.") from None


def _plan(value: Mapping[str, Any]) -> Plan:
    known = {field.name for field in fields(Plan)}
    rest = {name: part for name, part in value.items() if name in known}
    options: dict[str, Any] = {
        name: tuple(part) if isinstance(part, list) else part for name, part in rest.pop("options").items()
    }
    gates = tuple(GateSpec.from_json(gate) for gate in rest.pop("gates"))
    inputs = tuple(tuple(int(size) for size in shape) for shape in rest.pop("inputs"))
    left_out = tuple((str(name), str(reason)) for name, reason in rest.pop("left_out", ()))
    size = rest.pop("mask_size")
    plan = Plan(
        **rest, options=Options(**options), gates=gates, inputs=inputs, left_out=left_out,
        mask_size=None if size is None else (int(size[0]), int(size[1])),
    )  # fmt: skip
    if not (isinstance(plan.count, int) and plan.count >= 0 and all(map(_is_possible, gates))):
        raise TypeError
    return plan


def _is_possible(gate: GateSpec) -> bool:
    """Whether the shapes are such that their statistics fit into memory."""
    sizes = (*gate.shape, *gate.features_shape)
    known = all(isinstance(size, int) and 0 < size <= MAX_SIZE for size in sizes)
    return known and 0 < len(gate.shape) <= MAX_RANK and 0 < len(gate.features_shape) <= MAX_RANK


def differences(old: Plan, new: Plan) -> list[str]:
    """What has changed between two plans, by name: "model", "images", "options", "version"."""
    pairs = {
        "model": (old.model_digest, new.model_digest),
        "images": (old.source_digest, new.source_digest),
        "options": (old.options.digest(), new.options.digest()),
        "version": (old.version, new.version),
    }
    return [name for name, (before, after) in pairs.items() if before != after]
