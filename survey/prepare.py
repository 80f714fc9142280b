"""Makes the plan of a survey: reads the model, lists the images, finds the gates on the first few of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np

from core import MergeError
from core.dtypes import Array
from core.errors import invalid_request
from sandbox.model_file.archive import read_file
from sandbox.model_file.file import ModelFile, read_model
from sandbox.processes.errors import SandboxError
from survey.load import Loaded, load_image
from survey.measure import ModelProcess, smaller_batch
from survey.plan import Options, Plan
from survey.source import Source, open_source

_FIRST = 16  # images on which the gates are found
_TRIED = 200  # images that are read until the first one can be used


def read_survey_model(path: Path) -> tuple[bytes, ModelFile]:
    """The content of a model file, and what it holds.

    Raises:
        MergeError: it cannot be read, or may not be run.
    """
    content = read_file(path)
    model = read_model(content, path.name)
    if model.refusals:
        raise MergeError(model.refusals[0].reason)
    return content, model


def outline(path: Path, content: bytes, model: ModelFile, source: Source, options: Options) -> Plan:
    """The plan as far as it is known without running the model; its id is that of the whole plan."""
    fixed = [entry.shape[0] for entry in model.inputs if entry.shape and entry.shape[0] is not None]
    return Plan(
        model=str(path.resolve()), model_digest=sha256(content).hexdigest(), source_digest=source.digest,
        count=len(source.ids), options=options, inputs=(), gates=(),
        batch=min(fixed, default=options.batch),
    )  # fmt: skip


def open_plan_source(plan: Plan) -> Source:
    """The images of a plan.

    Raises:
        MergeError: they are not there, or have changed since the plan was made.
    """
    source = open_source(plan.options.data, plan.options.masks, plan.options.limit)
    if source.digest != plan.source_digest:
        raise invalid_request("The images have changed since the survey was begun.")
    return source


def complete(plan: Plan, process: ModelProcess, source: Source, first: Sequence[Loaded]) -> Plan:
    """The plan with its gates and shapes.

    Args:
        plan: its outline.
        process: of the model.
        source: the images.
        first: some of them, see `first_images`.

    Raises:
        MergeError: the model fails, or it has no gate.
        SandboxError: the child has ended.
    """
    arrays = tuple(np.concatenate(parts) for parts in zip(*(one.arrays for one in first), strict=True))
    filled = [_filled(array, plan.batch) for array in arrays]
    asked = plan.options.named_gates()
    unknown = sorted(set(asked) - {entry.id for entry in process.model.merges})
    if unknown:
        raise invalid_request("The model has no merge {name}.", name=unknown[0][:60])
    if not process.model.merges:
        raise invalid_request(
            "This model has no merge, so there is nothing to survey. A survey needs a gate: a merge of features and "
            "the weights that they are multiplied by."
        )
    gates, left_out = process.find_gates(filled, asked)
    if not gates:
        raise invalid_request(
            "No merge of this model has a gate among its operands on these images. Name one by --gate NAME; "
            "python -m sandbox.inspect_model lists them."
        )
    shapes = tuple(array.shape[1:] for array in arrays)
    plan = replace(plan, inputs=shapes, gates=gates, left_out=left_out)
    plan = replace(plan, mask_size=_mask_size(source, len(source.ids), shapes))
    plan = smaller_batch(plan, sum(array[:1].nbytes for array in arrays))
    _try_once(plan, process, [_filled(array, plan.batch) for array in arrays])
    return plan


def first_images(plan: Plan, model: ModelFile, source: Source) -> list[Loaded]:
    """The first images that can be used and that are of one shape.

    Raises:
        MergeError: none of them can be used.
    """
    found: list[Loaded] = []
    reason = ""
    for number in range(min(_TRIED, len(source.ids))):
        one = load_image(plan, model, source, number)
        reason = reason or one.error
        alike = not found or [a.shape for a in one.arrays] == [a.shape for a in found[0].arrays]
        if not one.error and alike:
            found.append(one)
        if len(found) == min(_FIRST, plan.batch):
            break
    if not found:
        raise invalid_request("None of the first images can be used: {reason}", reason=reason)
    return found


def _filled(array: Array, size: int) -> Array:
    """A batch of this size: the images over and over."""
    return array[np.arange(size) % len(array)]


def _mask_size(source: Source, count: int, shapes: Sequence[tuple[int, ...]]) -> tuple[int, int] | None:
    """Rows and columns of the first input that is a picture, if any of the images has a mask."""
    sizes = [shape[:2] for shape in shapes if len(shape) == 3]
    for number in range(count if sizes else 0):
        try:
            if source.mask(number) is not None:
                return sizes[0][0], sizes[0][1]
        except (MergeError, OSError, ValueError):
            return sizes[0][0], sizes[0][1]  # there is one, though it cannot be read
    return None


def _try_once(plan: Plan, process: ModelProcess, arrays: Sequence[Array]) -> None:
    """Measure the first images, so that a model that cannot be measured is rejected before the survey begins."""
    size = plan.batch
    masks = np.zeros((size, *(plan.mask_size or (0, 0))), np.float32)
    try:
        process.measured(process.measure(plan, [*arrays, np.ones(size, bool), masks]))
    except SandboxError as error:
        if error.kind == "failed":
            raise invalid_request("The model cannot be measured: {reason}", reason=str(error)[:300]) from None
        raise
