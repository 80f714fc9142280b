"""Turns the choices for the inputs of a model into arrays, or shows the reason next to the control."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
import streamlit as st

from core import MergeError, Sentence
from core.digests import digest
from core.dtypes import Array
from core.errors import Shape, invalid_request
from core.merges.shape_text import parse_shape
from sandbox.model_file.entries import InputEntry
from sandbox.model_run.fitting import fit_picture, reading_notes
from sandbox.model_run.input_arrays import Picture, array_dtype, check_shape, noise_array, own_array
from sandbox.model_run.inputs import check_sizes
from sandbox.model_run.pictures import read_any_picture
from sandbox.processes.errors import SandboxError
from ui.files.arrays import read_npy
from ui.inspector.input_controls import FeedChoice, pick_feed, pick_seed
from ui.state import asked, link
from ui.state.seeds import read_seed
from ui.text import plain, t
from ui.views import assets
from ui.views.cached import ArrayCache

_LARGEST_BOUND = 10_000_000
_MADE = ArrayCache(4_000_000)  # bytes of noise and examples: one object for each, and so one digest for all runs


def pick_feeds(
    inputs: Sequence[InputEntry], shapes: Mapping[str, tuple[int, ...]], scaling: str, prefix: str = ""
) -> dict[str, Array] | None:
    """Controls for every input, and their arrays; None, with the reasons on screen, as long as one is missing.

    Args:
        inputs: of the model.
        shapes: the default shape of each input, by its name.
        scaling: the default for images.
        prefix: distinguishes a second set of controls.
    """
    choices, slots = [], list[AbstractContextManager[Any]]()
    for number, entry in enumerate(inputs):
        choices.append(pick_feed(entry, shapes[entry.name], number, scaling=scaling, prefix=prefix))
        slots.append(st.container() if link.drawn() else nullcontext())
    seed = _seed(prefix) if any(choice.kind == "noise" for choice in choices) else 0
    feeds: dict[str, Array] = {}
    for number, (entry, choice, slot) in enumerate(zip(inputs, choices, slots, strict=True)):
        with slot:
            array = _shown(entry, choice, number, seed, [array.shape for array in feeds.values()])
        if array is not None:
            feeds[entry.name] = array
    return feeds if len(feeds) == len(inputs) else None


def _seed(prefix: str) -> int:
    return read_seed(pick_seed(prefix)) or 0


def _shown(entry: InputEntry, choice: FeedChoice, number: int, seed: int, others: list[Shape]) -> Array | None:
    try:
        array = feed(entry, choice, number, seed)
        check_sizes(others if array is None else [*others, array.shape])
        return array
    except MergeError as error:
        link.note(plain(t(error.explanation)))
    except SandboxError:
        link.note(t("The file could not be read within the limits of time and memory."))
    return None


def feed(entry: InputEntry, choice: FeedChoice, number: int, seed: int) -> Array | None:
    """The array of one input; None if its file is still missing.

    Args:
        entry: the input.
        choice: the choices for it.
        number: of the input, so that the noise of two inputs differs.
        seed: of the noise.

    Raises:
        MergeError: the array does not fit the input.
    """
    declared, dtype = entry.shape or (), array_dtype(entry.dtype)
    if choice.kind in ("picture", "npy") and choice.content is None:
        link.note(t("Please upload a file for this input. Files are not stored in the link."), st.info)
        return None
    if choice.kind == "npy":
        array, notes = own_array(read_npy(choice.content or b"")[""], declared, dtype)
        _show_notes(notes)
        return array
    own_size = choice.kind == "picture" and not choice.shape.strip()
    shape = None if own_size else check_shape(parse_shape(choice.shape), declared)
    if choice.kind == "noise":
        assert shape is not None
        given = (shape, number, seed, dtype, _below(choice.below))
        return _MADE.get(("noise", *given), lambda: noise_array(*given))
    if choice.kind == "sample":
        wanted = (declared, dtype, choice.scaling, shape)
        return _MADE.get(("sample", choice.sample, *wanted), lambda: fit_picture(_sample(choice.sample), *wanted)[0])
    picture = _read(digest(np.frombuffer(choice.content or b"", np.uint8)), choice.name, choice.content or b"")
    array, notes = fit_picture(picture, declared, dtype, choice.scaling, shape)
    _show_notes((*reading_notes(picture, choice.scaling), *notes))
    return array


def _show_notes(notes: Sequence[Sentence]) -> None:
    for note in notes:
        asked.show(st.caption, t(note))


def _sample(number: int) -> Picture:
    return Picture(assets.arrays("samples")["image"][number].astype("float32") / 255)


@st.cache_resource(scope="session", max_entries=2, show_spinner=False)
def _read(key: str, name: str, _content: bytes) -> Picture:  # noqa: ARG001  # the key of the cache
    """Read once: TIFF, DICOM and NIfTI take a process each time."""
    return read_any_picture(name, _content)


def _below(typed: str) -> int:
    text = typed.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 20 and 1 <= int(text) <= _LARGEST_BOUND):
        raise invalid_request(
            "The upper bound is an integer from 1 to {limit}; got {text}.",
            limit=f"{_LARGEST_BOUND:,}",
            text=repr(text)[:60],
        )
    return int(text)
