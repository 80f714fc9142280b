"""Writes the attention map of every spatial gate of a model, and its prediction, over its input, as PNG and .npz."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from core import Sentence
from core.dtypes import Array
from core.errors import invalid_request
from sandbox.model_run.gate_maps import attention_map, first_plane, image_input, laid_over, prediction_map, resized_map
from sandbox.model_run.handle import InspectedModel
from sandbox.model_run.results import Run

_SECONDS = 120.0
_MOST = 200  # gates


def write_overlays(folder: Path, opened: InspectedModel, run: Run, inputs: Mapping[str, Array]) -> tuple[Sentence, ...]:
    """Write GATE.png (the map over the first sample) and GATE.npz (the map, resized and as it is) for each gate.

    If an output of the model is a map over the input, prediction.png and prediction.npz are written likewise.

    Args:
        folder: made if it does not exist.
        opened: the model after the run.
        run: its records.
        inputs: of the run.

    Returns:
        What was written, or that there is no spatial gate.

    Raises:
        MergeError: the folder cannot be written.
    """
    name = image_input(inputs) or next((name for name, array in inputs.items() if array.ndim in (4, 5)), None)
    if name is None:
        return (Sentence("No input of the model is a picture, so no overlay was written."),)
    image, count = first_plane(inputs[name]), 0
    for merge_id, record in run.records.items():
        entry = opened.model.merge(merge_id)
        if entry.operation != "Multiply" or not any(f.smallest >= 0 and f.largest <= 1 for f in record.inputs):
            continue
        found = opened.tensors(merge_id).result(_SECONDS)
        weights = attention_map(entry.operation, found.inputs, entry.contracted) if found is not None else None
        if weights is not None and count < _MOST:
            _write(folder, f"{count:02d}_{_file_name(merge_id)}", image, weights)
            count += 1
    maps = [value for output in run.outputs if (value := prediction_map(output.value)) is not None]
    if count and maps:
        _write(folder, "prediction", image, maps[0].astype(np.float32))
    if not count:
        return (Sentence("No gate of this model has a spatial map, so no overlay was written."),)
    return (Sentence("{count} attention maps were written to {folder}.", count=count, folder=folder.name),)


def _write(folder: Path, name: str, image: Array, weights: Array) -> None:
    from PIL import Image  # noqa: PLC0415  # only this needs it

    try:
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(laid_over(image, weights)).save(folder / f"{name}.png")
        np.savez_compressed(
            folder / f"{name}.npz", alpha=weights, resized=resized_map(weights, (image.shape[0], image.shape[1]))
        )
    except OSError as error:
        raise invalid_request(
            "{file} cannot be written: {reason}.", file=folder.name[:60], reason=error.strerror
        ) from None


def _file_name(merge_id: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", merge_id).strip("._")[:80] or "gate"
