"""From the bytes of a model file to a Keras model: checked once more, rewritten, loaded. In the fenced child only."""

from __future__ import annotations

import json
import re
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import h5py  # type: ignore[import-untyped]  # ships no types
import keras  # likewise

from core import MergeError
from core.errors import invalid_request
from sandbox.model_file.archive import CONFIG, METADATA, WEIGHTS, Archive, read_weights
from sandbox.model_file.config import shares_layers
from sandbox.model_file.file import ModelFile, read_config, read_model
from sandbox.model_file.hdf5_check import check_weights, model_config
from sandbox.model_run.legacy_weights import fill_weights
from sandbox.processes.keras_internals import has_inputs, input_structure

_OUT_OF_MEMORY = ("MemoryError", "ResourceExhaustedError")
_MOST_TEXT = 600  # characters of Keras's reason
_OLD_HARD_SIGMOID = "hard_sigmoid_of_keras_2"
_VALUES = re.compile(r", value=[^>]*>")  # of the weights, in the name of a variable
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def load_model(content: bytes) -> tuple[ModelFile, Any]:
    """What the file holds, and the model.

    Raises:
        MergeError: one sentence on why it cannot be loaded.
    """
    file = read_model(content, open_hdf5=read_hdf5_here)
    if not file.runnable:
        raise MergeError(file.refusals[0].reason)
    archive, config, _ = read_config(content, read_hdf5_here)
    weights = read_weights(content)
    if not weights:
        raise invalid_request("The file holds no weights (model.weights.h5).")
    check_weights(weights)
    translated = archive.hdf5 or archive.is_keras_2
    if archive.is_keras_2:
        config = _with_old_functions(config)
    by_name = translated or shares_layers(config)
    model = _made(config, weights, archive.keras_version) if by_name else _saved(archive, config, weights)
    if not has_inputs(model):
        raise invalid_request("The model was saved before its input was known; call it once, then save it.")
    return file, model


def read_hdf5_here(content: bytes) -> tuple[bytes, str, int]:
    """Check and read HDF5 in this process, which is fenced.

    Raises:
        MergeError: one sentence on what is wrong with the file.
    """
    check_weights(content)
    return model_config(content)


def structured(model: Any, arrays: list[Any]) -> Any:
    """The arrays in the structure that the model takes."""
    given = [keras.ops.convert_to_tensor(a, x.dtype) for a, x in zip(arrays, model.inputs, strict=True)]
    structure = input_structure(model)
    return given[0] if structure is None else keras.tree.pack_sequence_as(structure, given)


def _saved(archive: Archive, config: dict[str, Any], weights: bytes) -> Any:
    """A .keras file of Keras 3, written anew from what was checked; Keras reads nothing else. Without its training."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        with zipfile.ZipFile(path, "w") as file:
            file.writestr(METADATA, json.dumps({"keras_version": archive.keras_version}))
            file.writestr(CONFIG, json.dumps(config | {"compile_config": None}))
            file.writestr(WEIGHTS, weights)
        try:
            return keras.saving.load_model(path, compile=False, safe_mode=True)
        except Exception as error:
            raise _reason(error, path) from None


def _made(config: dict[str, Any], weights: bytes, version: str) -> Any:
    """A model of a config, with the weights of the file put into its layers: Keras 3 reads no file of Keras 2.

    Nor does it read those of its own in which two nested models have a layer in common. Here each gets a copy of it.
    """
    try:
        with keras.saving.custom_object_scope(
            {_OLD_HARD_SIGMOID: hard_sigmoid_of_keras_2}
        ):  # wrappers make layers anew
            model = keras.saving.deserialize_keras_object(
                _completed({key: value for key, value in config.items() if key != "compile_config"}), safe_mode=True
            )
        with h5py.File(BytesIO(weights), "r") as file:
            fill_weights(model, file, config, version)
    except MergeError:
        raise
    except Exception as error:
        raise _reason(error, None) from None
    return model


def _with_old_functions(value: Any) -> Any:
    """The config with the activation hard_sigmoid of Keras 2, whose name Keras 3 gives to a function of another slope.

    Call it after the config was checked: no file can name the function that is put in.
    """
    if isinstance(value, list):
        return [_with_old_functions(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    old = {"class_name": "function", "config": _OLD_HARD_SIGMOID, "module": "builtins", "registered_name": "function"}
    return {
        key: old if "activation" in key and inner == "hard_sigmoid" else _with_old_functions(inner)
        for key, inner in value.items()
    }


def hard_sigmoid_of_keras_2(x: Any) -> Any:
    """0.2 x + 0.5, from 0 to 1 (keras/src/backend.py of Keras 2.15: hard_sigmoid)."""
    return keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0)


def _completed(value: Any) -> Any:
    """The config for Keras: without the shapes of layers, which it computes itself.

    Every reference to a tensor gets a shape and a dtype, which Keras requires and does not use.
    """
    if isinstance(value, list):
        return [_completed(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    if value.get("class_name") == "__keras_tensor__" and isinstance(value.get("config"), dict):
        return value | {"config": {"shape": [None], "dtype": "float32"} | value["config"]}
    return {key: _completed(inner) for key, inner in value.items() if key != "build_config"}


def _reason(error: Exception, path: Path | None) -> MergeError:
    """Why Keras cannot load a model, from its last cause: the first lines of its texts are the same for all failures.

    Raises:
        Exception: the error itself, if memory ran out.
    """
    if type(error).__name__ in _OUT_OF_MEMORY:
        raise error
    text = _last_cause(str(error))
    if path is not None:
        text = text.replace(str(path), "the file")
    return invalid_request("Keras cannot load this model: {reason}", reason=text or type(error).__name__)


def _last_cause(text: str) -> str:
    """What follows the last "Exception encountered: ", or the paragraph with the cause; no config, no weights."""
    text = _COLOURS.sub("", text).strip()
    marker = "Exception encountered: "
    if marker in text:
        text = text.rsplit(marker, 1)[1]
    paragraphs = [part.strip() for part in text.split("\n\n") if part.strip()]
    found = [
        part
        for part in paragraphs
        if not part.startswith(("Exception encountered when calling", "Arguments rec"))
        and "Example error message for object" not in part  # the message is the next paragraph
    ]
    text = " ".join((found or paragraphs or [""])[0].split())
    text = text.split(" config={", maxsplit=1)[0]
    return _whole_words(_VALUES.sub(">", text))


def _whole_words(text: str) -> str:
    return text if len(text) <= _MOST_TEXT else text[:_MOST_TEXT].rsplit(" ", 1)[0] + " …"
