"""A picture, an array or noise for the inputs of a model, for the command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from core import Sentence
from core.dtypes import Array
from core.errors import invalid_request
from core.limits import MAX_ELEMENTS, MAX_RANK, MAX_UPLOAD_BYTES
from sandbox.model_file.entries import InputEntry
from sandbox.model_file.file import ModelFile
from sandbox.model_file.sizes import noise_shape, size_advice
from sandbox.model_run.fitting import fit_picture, reading_notes
from sandbox.model_run.input_arrays import (
    SCALINGS,
    Picture,
    array_dtype,
    default_scaling,
    noise_array,
    own_array,
    usual_size,
)
from sandbox.model_run.inputs import check_sizes

SCALES = {scaling.option: name for name, scaling in SCALINGS.items()}  # option of the command line -> scaling
_PICTURES = (".png", ".jpg", ".jpeg", ".webp")


def file_inputs(model: ModelFile, path: Path, scale: str, seed: int) -> tuple[dict[str, Array], tuple[Sentence, ...]]:
    """The file for every input that it fits; noise for the others.

    Args:
        model: as read.
        path: of a picture, an .npy, or a volume that a reader is installed for.
        scale: of pictures, as the command line names it. Inputs of integers get the stored values.
        seed: of the noise.

    Returns:
        One array for each input by its name, and what was changed about the file.

    Raises:
        MergeError: the file cannot be read, or fits no input.
    """
    return source_inputs(model, read_source(path), path.name, scale, seed)


def source_inputs(
    model: ModelFile, source: Picture | Array, name: str, scale: str, seed: int, size: tuple[int, int] | None = None
) -> tuple[dict[str, Array], tuple[Sentence, ...]]:
    """A picture or an array for every input that it fits; noise for the others.

    Args:
        model: as read.
        source: what `read_source` returns, or any array.
        name: of the file, for errors.
        scale: as in `file_inputs`.
        seed: of the noise.
        size: rows and columns of inputs that leave them open; None for those of the picture.

    Returns:
        As `file_inputs`.

    Raises:
        MergeError: it fits no input.
    """
    found, notes, reasons = {}, list[Sentence](), list[ValueError]()
    for entry in model.inputs:
        try:
            array, said = _fitted(source, entry if size is None else _sized(entry, size), scale)
        except ValueError as error:  # a MergeError: another input may take the file
            reasons.append(error)
            continue
        found[entry.name] = array
        scaling = default_scaling(array_dtype(entry.dtype), SCALES[scale])
        read = reading_notes(source, scaling) if isinstance(source, Picture) else ()
        notes += [*read, *said, *_advice(model, entry, array.shape)]
    if not found:
        raise (
            reasons[0]
            if len(reasons) == 1
            else invalid_request("{file} fits none of the inputs of the model.", file=name[:60])
        )
    missing = [entry for entry in model.inputs if entry.name not in found]
    return noise_inputs(model, seed, missing) | found, tuple(dict.fromkeys(notes))


def noise_inputs(model: ModelFile, seed: int, entries: list[InputEntry] | None = None) -> dict[str, Array]:
    """Noise by seed: Gaussian for floats, 0 and 1 for integers. Open axes get a size that the graph takes."""
    wanted = [*model.inputs] if entries is None else entries
    shapes = [noise_shape(model, entry, usual_size(len(entry.shape or ())), MAX_ELEMENTS) for entry in wanted]
    check_sizes(shapes)
    numbers = {entry.name: number for number, entry in enumerate(model.inputs)}
    return {
        entry.name: noise_array(shape, numbers[entry.name], seed, array_dtype(entry.dtype))
        for entry, shape in zip(wanted, shapes, strict=True)
    }


def _sized(entry: InputEntry, size: tuple[int, int]) -> InputEntry:
    """The input with this size for its open rows and columns."""
    shape = entry.shape or ()
    if len(shape) != 4:
        return entry
    rows, columns = (want if own is None else own for own, want in zip(shape[1:3], size, strict=True))
    return replace(entry, shape=(shape[0], rows, columns, shape[3]))


def read_source(path: Path) -> Picture | Array:
    """The content of a picture, an .npy or a volume.

    Raises:
        MergeError: it cannot be read, is too large or of another format.
    """
    if not path.is_file():
        raise invalid_request("{file} cannot be read: {reason}.", file=path.name[:60], reason="no such file")
    if path.stat().st_size > MAX_UPLOAD_BYTES:
        raise invalid_request("The file has more than {limit} MB.", limit=MAX_UPLOAD_BYTES // 1_000_000)
    if path.suffix.lower() == ".npy":
        return _read_npy(path)
    from sandbox.model_run.pictures import read_any_picture  # noqa: PLC0415  # the listing needs no Pillow
    from sandbox.model_run.volumes import volume_kind  # noqa: PLC0415  # likewise

    content = path.read_bytes()
    if path.suffix.lower() not in _PICTURES and not volume_kind(path.name, content):
        raise invalid_request(
            "{file} is not of a format that is read: PNG, JPEG, WebP, .npy, TIFF, DICOM, NIfTI. An .npy is made by "
            "numpy.save('picture.npy', array).",
            file=path.name[:60],
        )
    return read_any_picture(path.name, content)


def _read_npy(path: Path) -> Array:
    try:
        array: Array = np.load(path, mmap_mode="r", allow_pickle=False)
        if array.dtype.kind not in "fiub" or array.ndim > MAX_RANK:
            raise ValueError(array.dtype)
    except (ValueError, OSError, EOFError):
        raise invalid_request("{file} is not an array of numbers (.npy).", file=path.name[:60]) from None
    return array


def _fitted(source: Picture | Array, entry: InputEntry, scale: str) -> tuple[Array, tuple[Sentence, ...]]:
    """The file as an input takes it, and what was changed.

    Raises:
        MergeError: it does not fit.
    """
    declared, dtype = entry.shape or (None,), array_dtype(entry.dtype)
    if not isinstance(source, Picture):
        return own_array(np.asarray(source), declared, dtype)
    return fit_picture(source, declared, dtype, default_scaling(dtype, SCALES[scale]))


def _advice(model: ModelFile, entry: InputEntry, shape: tuple[int, ...]) -> list[Sentence]:
    """What to do about a size that does not halve evenly."""
    if None not in (entry.shape or ())[1:]:
        return []
    advice = size_advice(model, entry.name, shape)
    if advice.fits or advice.padded is None:
        return []
    multiples = ", ".join(f"axis {sizes.axis}: {sizes.multiple}" for sizes in advice.axes)
    return [
        Sentence(
            "The size {shape} does not fit this model. Its sizes must be multiples of ({multiples}); the next is "
            "{padded}: {code}",
            shape=shape,
            multiples=multiples,
            padded=advice.padded,
            code=advice.code,
        )
    ]
