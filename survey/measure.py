"""Runs a model on the images of a shard in a fenced child process, and repeats what a child that died has lost."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from core import MergeError, Sentence
from core.dtypes import Array
from core.errors import invalid_request
from core.limits import MODEL_MEMORY_BYTES, MODEL_SECONDS
from sandbox.model_file.file import ModelFile
from sandbox.model_run.gate_figures import FEATURE_BINS, FIGURES, SUMS, WEIGHT_BINS, GateSpec
from sandbox.model_run.slots import Slot
from sandbox.processes.errors import SandboxError
from sandbox.processes.process import Reply
from survey.load import Loaded, load_image
from survey.plan import LeftOut, Plan
from survey.rank import figures_of_images, verdicts
from survey.source import Source
from survey.summary import GateImages

MOST_BATCH_BYTES = 200_000_000  # of the inputs of one batch
_ONE_THREAD = {  # a child for each core is faster than two threads in one child, and its sums do not depend on timing
    "OMP_NUM_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1",
}  # fmt: skip
_MOST_SECONDS = 600.0  # of processor time, after which a child is replaced; the kernel would end it at 900
_OF_BATCH = ("feature_bins", "zeros")  # already summed over the images of a batch
_log = logging.getLogger(__name__)


class ModelProcess:
    """One model in a fenced child, which is replaced when it has ended. For one thread at a time."""

    def __init__(self, content: bytes, model: ModelFile, seconds: float = float(MODEL_SECONDS)) -> None:
        """Nothing is started yet.

        Args:
            content: of the model file.
            model: as read.
            seconds: after which a call is given up.
        """
        self.model = model
        self._content: Array = np.frombuffer(content, np.uint8)
        self._seconds = seconds
        self._slot: Slot | None = None
        self._loaded = self._closed = False
        self._used = 0.0

    def another(self) -> ModelProcess:
        """A process of its own for the same model; nothing is started yet."""
        return ModelProcess(self._content.tobytes(), self.model, self._seconds)

    def start(self) -> None:
        """Start the child, which imports Keras for many seconds; the first call loads the model. Returns at once."""
        if self._slot is None and not self._closed:
            self._slot = Slot(self._seconds, MODEL_MEMORY_BYTES, _ONE_THREAD)
            self._slot.process.start()

    @property
    def pid(self) -> int | None:
        """Number of the child, if there is one."""
        return self._slot.process.pid if self._slot else None

    def find_gates(self, arrays: Sequence[Array], asked: Mapping[str, int]) -> tuple[tuple[GateSpec, ...], LeftOut]:
        """The gates of the model, by their values on a few images, and what is left out.

        Raises:
            MergeError: the model fails on these images.
            SandboxError: the child has ended.
        """
        reply = self._ask("find_gates", {"asked": dict(asked)}, arrays).result()
        if reply.header["failure"]:
            raise invalid_request("The model fails on these images: {reason}", reason=reply.header["failure"][:300])
        gates = tuple(GateSpec.from_json(gate) for gate in reply.header["gates"])
        return gates, tuple((str(name), str(reason)) for name, reason in reply.header["left_out"])

    def measure(self, plan: Plan, arrays: Sequence[Array]) -> Future[Reply]:
        """Measure one batch. Returns at once.

        Args:
            plan: with the gates.
            arrays: one for each input, which images count, the masks; see `sandbox.model_run.worker.measure`.
        """
        header = {"gates": [gate.as_json() for gate in plan.gates], "mask_size": plan.mask_size}
        return self._ask("measure", header, arrays)

    def measured(self, future: Future[Reply]) -> dict[str, Array]:
        """The arrays of a reply to `measure`, by name. After a lot of processor time, the next call gets a new child.

        Raises:
            SandboxError: the child has ended; "gone" if it ended before it began.
        """
        reply = future.result()
        if reply.header.get("missing"):  # it was replaced by one without the model
            raise SandboxError("gone")
        self._used = float(reply.header["seconds"])
        return dict(zip(reply.header["names"], reply.arrays, strict=True))

    def renew(self) -> None:
        """End the child; the next call starts another."""
        slot, self._slot, self._loaded, self._used = self._slot, None, False, 0.0
        if slot is not None:
            slot.close()

    def close(self) -> None:
        """End the child; later calls fail with "closed", also that of a thread which repeats a shard just then."""
        self._closed = True
        self.renew()

    def _ask(self, job: str, header: dict[str, Any], arrays: Sequence[Array]) -> Future[Reply]:
        if self._used > _MOST_SECONDS:
            self.renew()
        if not self._loaded:
            self._load()
        return self._running().process.submit(job, header, arrays)

    def _running(self) -> Slot:
        if self._slot is None:
            raise SandboxError("closed")
        return self._slot

    def _load(self) -> None:
        """Load the model in the child, which is started where there is none.

        Raises:
            MergeError: Keras cannot load it.
            SandboxError: the child cannot be started.
        """
        self.start()
        try:
            reply = self._running().process.submit("load", {}, [self._content]).result()
        except SandboxError:
            self.renew()
            raise
        if reply.header["refused"] is not None:
            self.renew()
            raise MergeError(Sentence(str(reply.header["refused"]), **reply.header["values"]))
        self._loaded = True


@dataclass(frozen=True, eq=False)
class Measured:
    """What was measured on the images of a shard.

    Attributes:
        numbers: of the images.
        errors: one for each image; empty where there was none.
        lost: (n,) values of the outputs of the model that are NaN or infinite.
        masked: (n,) bool: images with a mask.
        gates: one for each gate.
        maps: for each gate (n, rows, columns) uint8.
        not_finite: for each gate (n,) gate values that are NaN or infinite.
    """

    numbers: range
    errors: tuple[str, ...]
    lost: Array
    masked: Array
    gates: tuple[GateImages, ...]
    maps: tuple[Array, ...]
    not_finite: tuple[Array, ...]


def measure_shard(plan: Plan, process: ModelProcess, source: Source, shard: int) -> Measured:
    """Measure a shard. If the child dies, the shard is measured once more, then image by image.

    Raises:
        SandboxError: no child can be started.
        MergeError: Keras cannot load the model.
    """
    for _attempt in range(2):
        try:
            return _in_batches(plan, process, source, shard)
        except SandboxError as error:
            if error.kind in ("start", "closed"):
                raise
            _log.warning("Shard %d is repeated: %s", shard, error)
            process.renew()
    return _one_by_one(plan, process, source, shard)


def _in_batches(plan: Plan, process: ModelProcess, source: Source, shard: int) -> Measured:
    """Every batch of a shard. While the child measures one batch, this thread reads the next."""
    collected = _Collected(plan, plan.numbers(shard))
    take: Callable[[], None] = lambda: None  # noqa: E731  # keeps the figures of the batch that is being measured
    for numbers in _batches(plan, shard):
        loaded = [load_image(plan, process.model, source, number) for number in numbers]
        arrays = _stacked(plan, loaded) if any(not one.error for one in loaded) else None
        take()
        future = None if arrays is None else process.measure(plan, arrays)
        take = partial(_take_batch, collected, process, numbers, loaded, future)
    take()
    return collected.measured()


def _take_batch(
    collected: _Collected, process: ModelProcess, numbers: range, loaded: Sequence[Loaded], future: Future[Reply] | None
) -> None:
    """Wait for a batch and keep its figures; without a future none of its images could be used."""
    collected.take(numbers, loaded, None if future is None else process.measured(future))


def _one_by_one(plan: Plan, process: ModelProcess, source: Source, shard: int) -> Measured:
    """Each image alone, at its own position of an otherwise empty batch, so that its values do not change."""
    collected = _Collected(plan, plan.numbers(shard))
    for numbers in _batches(plan, shard):
        for at, number in enumerate(numbers):
            one = load_image(plan, process.model, source, number)
            found = None
            if not one.error:
                batch = [one if other == at else Loaded(error="-") for other in range(len(numbers))]
                try:
                    found = _alone(process, plan, _stacked(plan, batch))
                except SandboxError as error:
                    if error.kind in ("start", "closed"):
                        raise
                    one = Loaded(error=_death(error))
            collected.take(range(number, number + 1), [one], found, at)
    return collected.measured()


def _alone(process: ModelProcess, plan: Plan, arrays: Sequence[Array]) -> dict[str, Array]:
    """Measure a single image; if the child had ended before it began, once more.

    Raises:
        SandboxError: the child ended on this image, or none can be started.
    """
    for attempt in range(2):
        try:
            return process.measured(process.measure(plan, arrays))
        except SandboxError as error:
            if error.kind in ("start", "closed"):
                raise
            process.renew()
            if error.kind != "gone" or attempt:
                raise
    raise SandboxError("gone")


def _death(error: SandboxError) -> str:
    reasons = {
        "timeout": "The model took too long on this image and was stopped.",
        "memory": "The model ran out of memory on this image.",
        "died": "The process of the model ended on this image.",
        "gone": "The process of the model ended on this image.",
    }
    return reasons.get(error.kind, f"The model failed on this image: {error}"[:300])


def _batches(plan: Plan, shard: int) -> Iterator[range]:
    numbers = plan.numbers(shard)
    for start in range(numbers.start, numbers.stop, plan.batch):
        yield range(start, min(numbers.stop, start + plan.batch))


def _stacked(plan: Plan, loaded: Sequence[Loaded]) -> list[Array]:
    """The arrays of one batch; where there is no image, zeros."""
    size = plan.batch
    first = next(one for one in loaded if not one.error)
    arrays: list[Array] = [np.zeros((size, *array.shape[1:]), array.dtype) for array in first.arrays]
    valid = np.zeros(size, bool)
    masks = np.zeros((size, *(plan.mask_size or (0, 0))), np.float32)
    for at, one in enumerate(loaded):
        if one.error:
            continue
        valid[at] = True
        for whole, array in zip(arrays, one.arrays, strict=True):
            whole[at] = array[0]
        if one.mask is not None:
            masks[at] = one.mask
    return [*arrays, valid, masks]


class _Collected:
    """The figures of a shard, batch by batch."""

    def __init__(self, plan: Plan, numbers: range) -> None:
        self._plan, self._numbers = plan, numbers
        count = len(numbers)
        self._errors = [""] * count
        self._lost = np.zeros(count, np.int32)
        self._masked, self._measured = np.zeros(count, bool), np.zeros(count, bool)
        self._gates = [_empty(gate, count, masked=plan.mask_size is not None) for gate in plan.gates]

    def take(self, numbers: range, loaded: Sequence[Loaded], found: Mapping[str, Array] | None, first: int = 0) -> None:
        """Keep what was measured on one batch.

        Args:
            numbers: of its images.
            loaded: these images.
            found: arrays by name; None if no image could be used.
            first: position of the first image in the batch.
        """
        own = slice(numbers.start - self._numbers.start, numbers.stop - self._numbers.start)
        self._errors[own] = [one.error for one in loaded]
        usable = np.array([not one.error for one in loaded])
        if found is None:
            return
        rows = slice(first, first + len(numbers))
        self._measured[own] = usable
        self._masked[own] = [one.mask is not None for one in loaded]
        self._lost[own] = np.where(usable, found["lost"][rows], 0)
        for number, arrays in enumerate(self._gates):
            for name, whole in arrays.items():
                value = found.get(f"{number}/{name}")
                if name in _OF_BATCH and value is not None:
                    np.add(whole, value, out=whole)
                elif value is not None:
                    whole[own] = value[rows]

    def measured(self) -> Measured:
        """All of the shard."""
        gates, maps, lost = [], [], []
        for gate, arrays in zip(self._plan.gates, self._gates, strict=True):
            gates.append(_images(gate, arrays, self._measured, self._masked))
            maps.append(arrays["map"])
            lost.append(arrays["figures"][:, FIGURES.index("not_finite")])
        return Measured(
            self._numbers, tuple(self._errors), self._lost, self._masked, tuple(gates), tuple(maps), tuple(lost)
        )


def _empty(gate: GateSpec, count: int, *, masked: bool) -> dict[str, Array]:
    found: dict[str, Array] = {
        "figures": np.full((count, len(FIGURES)), np.nan, np.float32),
        "sums": np.full((count, len(SUMS), gate.channels), np.nan, np.float32),
        "weight_bins": np.zeros((count, WEIGHT_BINS), np.int32),
        "feature_bins": np.zeros((gate.channels, FEATURE_BINS), np.int64),
        "zeros": np.zeros(gate.channels, np.int64),
        "finite": np.zeros(count, bool),
        "map": np.zeros((count, *gate.grid), np.uint8),
    }
    if masked and gate.is_map:
        found["masked_bins"] = np.full((count, 2, WEIGHT_BINS), np.nan, np.float32)
    return found


def _images(gate: GateSpec, arrays: Mapping[str, Array], measured: Array, masked: Array) -> GateImages:
    figures, finite = arrays["figures"], arrays["finite"] & measured
    bins = arrays.get("masked_bins")
    if bins is not None:
        bins = np.where(masked[:, None, None], bins, np.nan)
    with np.errstate(invalid="ignore"):
        of_images = figures_of_images(figures, bins)
    of_images[~finite] = np.nan
    ranges = figures[:, [FIGURES.index("smallest"), FIGURES.index("largest")]]
    kinds = verdicts(figures, finite, measured, gate)
    return GateImages(
        finite,
        measured,
        of_images,
        ranges,
        kinds,
        arrays["sums"],
        arrays["weight_bins"],
        arrays["feature_bins"],
        arrays["zeros"],
    )


def smaller_batch(plan: Plan, bytes_of_image: int) -> Plan:
    """The plan with a batch that fits into one message."""
    most = max(1, MOST_BATCH_BYTES // max(1, bytes_of_image))
    return plan if plan.batch <= most else replace(plan, batch=most)
