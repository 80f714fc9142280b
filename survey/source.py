"""Where the images of a survey come from: folders, stacks in .npy and .npz, seeds of the shipped generator.

A source lists its images without reading them and reads one at a time, so that it may be larger than the memory. It
is described by the text of the command line, so that another machine can open it again.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Protocol, cast

import numpy as np

from core import MergeError
from core.dtypes import Array
from core.errors import invalid_request
from sandbox.model_run.file_inputs import read_source
from sandbox.model_run.input_arrays import Picture

Content = Picture | Array
ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".npy", ".tif", ".tiff", ".dcm", ".nii", ".nii.gz")
MAX_SEED = 10**9
_LOSSY = (".jpg", ".jpeg")  # their masks have grey levels around an edge
_MASK_NAMES = ("masks", "mask", "truth", "targets", "labels", "y")  # of an array beside the images in an .npz
_IMAGE_NAMES = ("images", "image", "slices", "x")
_SEEDS = re.compile(r"seeds:(\d{1,10})-(\d{1,10})")
_BLOCK = 1 << 20  # bytes


class Source(Protocol):
    """Images with an id each, and a mask for some."""

    ids: Sequence[str]
    digest: str

    def image(self, number: int) -> Content:
        """One image; raises MergeError if it cannot be read."""

    def mask(self, number: int) -> Array | None:
        """(rows, columns) bool, or None; raises MergeError if it cannot be read."""


def open_source(data: Sequence[str], masks: str | None = None, limit: int | None = None) -> Source:
    """All images of several places, one after the other.

    Args:
        data: folders, files, or seeds such as "seeds:0-9999" (both ends included).
        masks: a folder with a mask of the same name for images of folders; None if there is none.
        limit: only the first so many images.

    Raises:
        MergeError: something does not exist, or there is no image.
    """
    if masks is not None and not Path(masks).is_dir():
        raise invalid_request("{file} is not a folder.", file=masks[-60:])
    joined = _Joined([_open_one(one, masks) for one in data], limit)
    if not joined.ids:
        raise invalid_request("{data} holds no images.", data=", ".join(data)[:200])
    return joined


def _open_one(text: str, masks: str | None) -> Source:
    for matches, make in _KINDS:
        if matches(text):
            return make(text, masks)
    if Path(text).is_file() and text.lower().endswith(ENDINGS):
        return _Files([Path(text)], Path(text).parent, masks)
    raise invalid_request(
        "{data} is not read: name a folder of images, an .npy or .npz file, or seeds such as seeds:0-999.",
        data=text[-60:],
    )


class _Joined:
    """Several sources one after the other; a name that appears twice gets the number of its source in front."""

    def __init__(self, parts: Sequence[Source], limit: int | None) -> None:
        self._parts = parts
        self._at = [(part, number) for part in parts for number in range(len(part.ids))][:limit]
        names = [f"{at}/{name}" if at else name for at, part in enumerate(parts) for name in part.ids]
        self.ids: Sequence[str] = names[:limit]
        found = sha256(f"{limit}".encode())
        for part in parts:
            found.update(part.digest.encode())
        self.digest = found.hexdigest()

    def image(self, number: int) -> Content:
        part, at = self._at[number]
        return part.image(at)

    def mask(self, number: int) -> Array | None:
        part, at = self._at[number]
        return part.mask(at)


class _Files:
    """Files of images; the digest is that of names, sizes and times, since reading all takes as long as the run."""

    def __init__(self, files: Sequence[Path], folder: Path, masks: str | None) -> None:
        self._files = files
        self.ids: Sequence[str] = [file.relative_to(folder).as_posix() for file in files]
        self._masks = _by_stem(Path(masks)) if masks is not None else {}
        found = sha256()
        for file in (*files, *self._masks.values()):
            entry = file.stat()
            found.update(f"{file.name} {entry.st_size} {entry.st_mtime_ns}\n".encode(errors="surrogateescape"))
        self.digest = found.hexdigest()

    def image(self, number: int) -> Content:
        return read_source(self._files[number])

    def mask(self, number: int) -> Array | None:
        file = self._masks.get(_stem(self.ids[number]))
        return None if file is None else inside(read_source(file), lossy=file.suffix.lower() in _LOSSY)


def _folder(text: str, masks: str | None) -> Source:
    folder = Path(text)
    return _Files([file for file in _images(folder) if masks is None or not _is_in(file, Path(masks))], folder, masks)


def _images(folder: Path) -> list[Path]:
    """All images below a folder, hidden ones left out, by name."""
    found = [file for file in folder.rglob("*") if file.name.lower().endswith(ENDINGS) and file.is_file()]
    return sorted(file for file in found if not any(part.startswith(".") for part in file.relative_to(folder).parts))


def _is_in(file: Path, folder: Path) -> bool:
    return folder.resolve() in file.resolve().parents


def _by_stem(folder: Path) -> dict[str, Path]:
    return {_stem(file.relative_to(folder).as_posix()): file for file in _images(folder)}


def _stem(name: str) -> str:
    """The name of a file with its folder and without its ending."""
    ending = next((one for one in sorted(ENDINGS, key=len, reverse=True) if name.lower().endswith(one)), "")
    return name[: len(name) - len(ending)]


def inside(content: Content, *, lossy: bool = False) -> Array:
    """A mask as (rows, columns) bool: every value but 0 is inside; of floats and of JPEG those above one half.

    Raises:
        MergeError: it has several slices, or channels that differ.
    """
    values = content.pixels if isinstance(content, Picture) else np.asarray(content)
    if isinstance(content, Picture) and values.ndim == 3 and values.shape[-1] in (2, 4):
        values = values[..., :-1]  # without alpha
    if values.ndim == 3 and (values.shape[-1] == 1 or bool((values == values[..., :1]).all())):
        values = values[..., 0]
    if values.ndim != 2:
        raise invalid_request("A mask has rows and columns; this one has the shape {shape}.", shape=values.shape)
    half = lossy or (not isinstance(content, Picture) and values.dtype.kind == "f")
    found: Array = values > 0.5 if half else values != 0
    return found


@dataclass(frozen=True)
class _Stack:
    """A stack of images in one array, of which one is read at a time.

    Attributes:
        ids: one for each image.
        digest: of name, size and time of the file.
        arrays: gives the images and the masks, or None; opened at the first use, in each process.
    """

    ids: Sequence[str]
    digest: str
    arrays: Callable[[], tuple[Array, Array | None]]

    def image(self, number: int) -> Content:
        found: Array = np.array(self.arrays()[0][number])
        return found

    def mask(self, number: int) -> Array | None:
        masks = self.arrays()[1]
        return None if masks is None else inside(np.array(masks[number]))


def _npy(text: str, masks: str | None) -> Source:
    path = Path(text)
    images = _mapped(path)
    beside = None if masks is None else next((m for m in _images(Path(masks)) if m.stem == path.stem), None)
    truth = None if beside is None else _mapped(beside)
    _check_counts(path, images, truth)
    return _Stack(_numbered(path, len(images)), _file_digest(path, beside), lambda: (images, truth))


def _npz(text: str, _masks: str | None) -> Source:
    path = Path(text)
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]
            chosen = _first(_IMAGE_NAMES, names) or next((name for name in names if name not in _MASK_NAMES), None)
            if chosen is None:
                raise invalid_request("{file} holds no array of images.", file=path.name[:60])
            images = _extracted(archive, f"{chosen}.npy")
            mask_name = _first(_MASK_NAMES, names)
            truth = None if mask_name is None else _extracted(archive, f"{mask_name}.npy")
    except (OSError, zipfile.BadZipFile, ValueError, EOFError) as error:
        raise _unreadable(path, error) from None
    if truth is not None and len(truth) != len(images):
        truth = None  # numbers of classes or the like
    _check_counts(path, images, truth)
    return _Stack(_numbered(path, len(images)), _file_digest(path, None), lambda: (images, truth))


def _first(wanted: Sequence[str], names: Sequence[str]) -> str | None:
    return next((name for name in wanted if name in names), None)


def _extracted(archive: zipfile.ZipFile, member: str) -> Array:
    """An array of a zip, mapped from a temporary file, which ends with this process: it may be compressed.

    Raises:
        ValueError: no array of numbers, or another size than its header says.
    """
    with archive.open(member) as packed, tempfile.TemporaryFile() as file:
        while block := packed.read(_BLOCK):
            file.write(block)
        file.flush()
        return _map(file)


def _map(file: IO[bytes]) -> Array:
    """The array in an open .npy file, mapped."""
    file.seek(0)
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, fortran, dtype = read(file)
    if dtype.hasobject or dtype.kind not in "fiub" or not shape:
        raise ValueError(f"no array of numbers but {dtype}")
    if 0 in shape:
        return np.zeros(shape, dtype)
    order: Any = "F" if fortran else "C"
    return np.memmap(cast(Any, file), dtype, "r", file.tell(), shape, order)


def _mapped(path: Path) -> Array:
    try:
        with path.open("rb") as file:
            return _map(file)
    except (OSError, ValueError, EOFError) as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> MergeError:
    return invalid_request("{file} cannot be read: {reason}.", file=path.name[:60], reason=str(error)[:100])


def _check_counts(path: Path, images: Array, masks: Array | None) -> None:
    if images.ndim < 3:
        raise invalid_request(
            "{file} holds an array of shape {shape}; a stack of images has the image first, then rows and columns.",
            file=path.name[:60],
            shape=images.shape,
        )
    if masks is not None and len(masks) != len(images):
        raise invalid_request(
            "{file} has {images} images and {masks} masks.", file=path.name[:60], images=len(images), masks=len(masks)
        )


def _numbered(path: Path, count: int) -> Sequence[str]:
    return [f"{path.name}#{number}" for number in range(count)]


def _file_digest(path: Path, beside: Path | None) -> str:
    found = sha256()
    for file in (path, beside):
        if file is not None:
            entry = file.stat()
            found.update(f"{file.name} {entry.st_size} {entry.st_mtime_ns}\n".encode(errors="surrogateescape"))
    return found.hexdigest()


class _Seeds:
    """Slices of the shipped generator, which have a mask each."""

    def __init__(self, first: int, last: int) -> None:
        self._first = first
        self.ids: Sequence[str] = [f"seed {seed}" for seed in range(first, last + 1)]
        self.digest = sha256(f"seeds {first} {last}".encode()).hexdigest()
        self._last: tuple[int, Any] = (-1, None)

    def image(self, number: int) -> Content:
        return cast(Array, self._made(number).image)

    def mask(self, number: int) -> Array | None:
        return inside(self._made(number).target[..., 0])

    def _made(self, number: int) -> Any:
        """The slice; the last one is kept, since image and mask are asked for in turn."""
        from network.phantoms import phantom  # noqa: PLC0415  # other sources need none

        held = self._last
        if held[0] != number:
            self._last = held = (number, phantom(self._first + number))
        return held[1]


def _seeds(text: str, _masks: str | None) -> Source:
    match = _SEEDS.fullmatch(text)
    first, last = (int(part) for part in match.groups()) if match else (1, 0)
    if not first <= last <= MAX_SEED:
        raise invalid_request(
            "{data} is no range of seeds; write the first and the last, such as seeds:0-999.", data=text[:60]
        )
    return _Seeds(first, last)


_KINDS: tuple[tuple[Callable[[str], bool], Callable[[str, str | None], Source]], ...] = (
    (lambda text: text.startswith("seeds:"), _seeds),
    (lambda text: Path(text).is_dir(), _folder),
    (lambda text: text.lower().endswith(".npz") and Path(text).is_file(), _npz),
    (lambda text: text.lower().endswith(".npy") and Path(text).is_file(), _npy),
)


def batches(count: int, size: int) -> Iterator[range]:
    """The numbers of 0 to count in groups of a size; the last may be smaller."""
    for start in range(0, count, size):
        yield range(start, min(count, start + size))
