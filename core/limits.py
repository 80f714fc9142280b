"""How large is too large, in one place. The engine itself has no limit; screens and commands ask here first.

A host may set most of them: MERGESCOPE_MAX_ELEMENTS and so on (`core/settings.py`, `docs/hosting.md`).
"""

from __future__ import annotations

from collections.abc import Iterable
from math import prod

from core.errors import Shape, invalid_request
from core.settings import number

MAX_RANK = 6  # axes of a tensor that are drawn
MAX_SIZE = 65_536  # cells along one axis
MAX_ELEMENTS = number("MAX_ELEMENTS", 4_000_000)  # cells of one tensor: 16 MB of float32
MAX_INPUTS = 6  # inputs of one merge
MAX_MERGE_ELEMENTS = number("MAX_MERGE_ELEMENTS", 28_000_000)  # of one merge: all its inputs and its result together
MAX_TEXT = 100_000  # characters of a pasted list
MAX_GATE_ELEMENTS = 262_144  # numbers of features in the gate gallery: a residual block of them takes under a second
MAX_GATE_CHANNELS = 1_024  # of such features; some gates have weights from every channel to every other
MAX_UPLOAD_BYTES = number("MAX_UPLOAD_BYTES", 32_000_000)
MAX_ARCHIVE_MEMBERS = 64  # arrays in one .npz
MAX_IMAGE_PIXELS = number("MAX_IMAGE_PIXELS", 16_000_000)
MAX_IMAGE_SIDE = 8_192
MAX_MODEL_BYTES = 200_000_000  # a .keras file; ResNet50 has 103 MB
MAX_MODEL_CONFIG_BYTES = 8_000_000  # its config.json; NASNetLarge has 1.5 MB
MAX_MODEL_METADATA_BYTES = 64_000
MAX_MODEL_NESTING = 100  # brackets within brackets in config.json; a model nested four deep has 20
MAX_MODEL_LAYERS = 2_000  # calls of layers, those of nested models counted each time; NASNetLarge has 1,041
MAX_MODEL_EDGES = 20_000  # tensors that go into layers
MAX_MODEL_NUMBERS = 60_000_000  # weights that the layers of a model declare: 240 MB of float32
MAX_FRAMES = 256  # of an exported animation
MAX_SLIDES = 64  # of channels, in an exported deck
MAX_EXPORTS = 2  # long ones at the same time, of all visitors together
MAX_EXPORT_SECONDS = 120

# Of one server and of one session, for those who host it. 0: no limit.
MAX_SESSIONS = number("MAX_SESSIONS", 0, least=0)  # open at the same time; who comes later is asked to wait
MAX_SESSION_UPLOAD_BYTES = number("MAX_SESSION_UPLOAD_BYTES", 128_000_000, least=0)  # held for one session
MAX_SERVER_UPLOAD_BYTES = number("MAX_SERVER_UPLOAD_BYTES", 0, least=0)  # held for all of them
UPLOAD_SECONDS = number("UPLOAD_SECONDS", 300)  # for one file to arrive
MAX_LARGE_ELEMENTS = number("MAX_LARGE_ELEMENTS", 0, least=0)  # of all large merges that are computed at the same time
MAX_WAITING = number("MAX_WAITING", 64)  # questions in the line before one sandbox
MAX_WAITING_EACH = number("MAX_WAITING_EACH", 4)  # of them, of one session
# Private memory of a child process; libraries are shared by all of them and come on top. Keras takes 0.4 GiB of it.
SANDBOX_MEMORY_BYTES = number("SANDBOX_MEMORY_BYTES", 2 * 2**30)
SANDBOX_SECONDS = number("SANDBOX_SECONDS", 20)  # for one question
MODEL_MEMORY_BYTES = number("MODEL_MEMORY_BYTES", number("SANDBOX_MEMORY_BYTES", 3 * 2**30))
MAX_MODELS = number("MAX_MODELS", 3)  # user models that are loaded at the same time, each in a process
MODEL_SECONDS = number("MODEL_SECONDS", number("SANDBOX_SECONDS", 90))  # loading or running a model of somebody's own


def check_elements(shapes: Iterable[Shape], result: Shape) -> None:
    """Reject tensors that would not fit, each and together, before any is made.

    Args:
        shapes: of the inputs; axes of None count as 1.
        result: shape of the output.

    Raises:
        MergeError: names the tensor, or the merge, its elements and the limit.
    """
    shapes = list(shapes)
    for shape in shapes:
        if _elements(shape) > MAX_ELEMENTS:
            raise invalid_request(
                "{shape} would be {count} numbers; up to {limit} are computed.",
                shape=shape,
                count=f"{_elements(shape):,}",
                limit=f"{MAX_ELEMENTS:,}",
            )
    if _elements(result) > MAX_ELEMENTS:
        raise invalid_request(
            "The result {shape} would hold {count} numbers; up to {limit} are computed.",
            shape=result,
            count=f"{_elements(result):,}",
            limit=f"{MAX_ELEMENTS:,}",
        )
    total = merge_elements(shapes, result)
    if total > MAX_MERGE_ELEMENTS:
        raise invalid_request(
            "The inputs and the result would hold {count} elements together; at most {limit} are computed.",
            count=f"{total:,}",
            limit=f"{MAX_MERGE_ELEMENTS:,}",
        )


def merge_elements(shapes: Iterable[Shape], result: Shape) -> int:
    """Elements of all inputs of a merge and of its result together; axes of None count as 1."""
    return sum(_elements(shape) for shape in (*shapes, result))


def check_rank(ranks: Iterable[int], most: int) -> None:
    """Refuse tensors of more axes than a computation can name.

    Raises:
        MergeError: says how many there are and how many may be.
    """
    for rank in ranks:
        if rank > most:
            raise invalid_request(
                "A tensor of {count} axes is too much; up to {limit} are computed.", count=rank, limit=most
            )


def _elements(shape: Shape) -> int:
    return prod(1 if size is None else size for size in shape)


def check_features(shape: tuple[int, ...]) -> None:
    """Refuse features whose gates would take too long or too much memory.

    Args:
        shape: (n, H, W, C).

    Raises:
        MergeError: names the shape and the limit.
    """
    if prod(shape) > MAX_GATE_ELEMENTS or shape[-1] > MAX_GATE_CHANNELS:
        raise invalid_request(
            "Features of {shape} are too many: gates are run on up to {limit} numbers in up to {channels} channels.",
            shape=shape,
            limit=f"{MAX_GATE_ELEMENTS:,}",
            channels=f"{MAX_GATE_CHANNELS:,}",
        )
