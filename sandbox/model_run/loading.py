"""From the bytes of a foreign file to a Keras model: checked once more, written anew, loaded. In the child only."""

from __future__ import annotations

import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import keras  # type: ignore[import-untyped]  # Keras ships no types

from core import MergeError
from core.errors import invalid_request
from sandbox.model_file.archive import CONFIG, METADATA, WEIGHTS, read_archive, read_weights
from sandbox.model_file.file import ModelFile, read_model
from sandbox.model_run.weights_check import check_weights

_OUT_OF_MEMORY = ("MemoryError", "ResourceExhaustedError")
_MOST_TEXT = 200  # characters of Keras's reason


def load_model(content: bytes) -> tuple[ModelFile, Any]:
    """What the file says, and the model.

    Raises:
        MergeError: one sentence on why there is none.
    """
    file = read_model(content)
    if not file.runnable:
        raise MergeError(file.refusals[0].reason)
    path = _rewritten(content)
    try:
        model = _load(path)
    finally:
        path.unlink()
    if getattr(model, "_inputs_struct", None) is None and getattr(model, "_functional", None) is None:
        raise invalid_request("The model was saved before its input was known; call it once, then save it.")
    return file, model


def structured(model: Any, arrays: list[Any]) -> Any:
    """The arrays as the model takes them."""
    given = [keras.ops.convert_to_tensor(a, x.dtype) for a, x in zip(arrays, model.inputs, strict=True)]
    structure = getattr(model, "_inputs_struct", None)
    return given[0] if structure is None else keras.tree.pack_sequence_as(structure, given)


def _rewritten(content: bytes) -> Path:
    """The file made anew from what was checked, so that Keras reads nothing else; without how it was trained."""
    weights = read_weights(content)
    if not weights:
        raise invalid_request("The file holds no weights (model.weights.h5).")
    check_weights(weights)
    archive = read_archive(content)
    path = Path(tempfile.gettempdir()) / "model.keras"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(METADATA, json.dumps({"keras_version": archive.keras_version}))
        file.writestr(CONFIG, json.dumps(archive.config | {"compile_config": None}))
        file.writestr(WEIGHTS, weights)
    return path


def _load(path: Path) -> Any:
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:
        if type(error).__name__ in _OUT_OF_MEMORY:
            raise
        text = str(error).strip().split("\n")[0].replace(str(path), "the file")[:_MOST_TEXT]
        raise invalid_request("Keras cannot load this model: {reason}", reason=text or type(error).__name__) from None
