"""Reads one image of a survey, as the model takes it, and its mask; what is wrong with either becomes a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core import MergeError
from core.dtypes import Array
from core.errors import invalid_request
from sandbox.model_file.file import ModelFile
from sandbox.model_run.file_inputs import source_inputs
from sandbox.model_run.gate_figures import covered
from survey.plan import Plan
from survey.source import Content, Source


@dataclass(frozen=True, eq=False)
class Loaded:
    """One image as the model takes it.

    Attributes:
        arrays: one for each input, (1, ...); empty if it cannot be used.
        mask: (rows, columns) float32 of 0 to 1, or None.
        error: why it cannot be used; empty if it can.
    """

    arrays: tuple[Array, ...] = ()
    mask: Array | None = None
    error: str = ""


def load_image(plan: Plan, model: ModelFile, source: Source, number: int) -> Loaded:
    """One image and its mask; what is wrong with either becomes the error."""
    try:
        content = source.image(number)
        given, _notes = source_inputs(model, content, source.ids[number], plan.options.scale, 0, plan.options.size)
        arrays = tuple(given[entry.name][:1] for entry in model.inputs)
        mask = source.mask(number)
        if plan.inputs:
            _check_shapes(plan, arrays)
        return Loaded(arrays, _sized_mask(mask, plan.mask_size, content))
    except (MergeError, OSError, ValueError, MemoryError) as error:
        return Loaded(error=" ".join(str(error).split())[:300] or type(error).__name__)


def _check_shapes(plan: Plan, arrays: Sequence[Array]) -> None:
    for array, shape in zip(arrays, plan.inputs, strict=True):
        if array.shape[1:] != shape:
            raise invalid_request(
                "The image becomes an input of shape {shape}; this survey runs at {wanted}. --size resizes pictures.",
                shape=array.shape[1:],
                wanted=shape,
            )


def _sized_mask(mask: Array | None, size: tuple[int, int] | None, content: Content) -> Array | None:
    """The mask in the size of the survey: for each pixel the fraction that it covers.

    Raises:
        MergeError: the mask is not of the size of the image.
    """
    if mask is None or size is None:
        return None
    pixels: Array = getattr(content, "pixels", content)
    if mask.shape not in (pixels.shape[:2], pixels.shape[-2:], pixels.shape[-3:-1]):
        raise invalid_request(
            "The mask has the size {mask}, its image {image}.", mask=mask.shape, image=pixels.shape[:2]
        )
    if mask.shape == size:
        return mask.astype(np.float32)
    up, across = (covered(own, wanted) for own, wanted in zip(mask.shape, size, strict=True))
    return np.asarray(up @ mask.astype(np.float64) @ across.T, dtype=np.float32)
