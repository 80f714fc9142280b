"""All size limits. The engine itself has none; screens and commands check these first.

A host may set most of them: MERGESCOPE_MAX_ELEMENTS and so on (`core/settings.py`, `docs/hosting.md`).
"""

from __future__ import annotations

from collections.abc import Iterable
from math import prod

from .errors import MergeError, Shape, invalid_request
from .settings import number

MAX_RANK = 6  # axes of a tensor that are drawn
MAX_SIZE = 65_536  # elements along one axis
MAX_ELEMENTS = number("MAX_ELEMENTS", 4_000_000)  # of one tensor: 16 MB of float32
MAX_INPUTS = 6  # inputs of one merge
MAX_MERGE_ELEMENTS = number("MAX_MERGE_ELEMENTS", 28_000_000)  # of one merge: all its inputs and its result together
MAX_TEXT = 100_000  # characters of a pasted list
MAX_SHAPES = 26  # that are read in one text
MAX_GATE_ELEMENTS = 262_144  # of features in the gate gallery: a residual block of them takes under a second
MAX_GATE_CHANNELS = 1_024  # of such features; some gates have a weight for each pair of channels
MAX_GATE_STEP = number("MAX_GATE_STEP", 16_000_000)  # values of one step of a gate; self-attention has positions²
MAX_UPLOAD_BYTES = number("MAX_UPLOAD_BYTES", 32_000_000)
MAX_ARCHIVE_MEMBERS = 64  # arrays in one .npz
MAX_IMAGE_PIXELS = number("MAX_IMAGE_PIXELS", 16_000_000)
MAX_IMAGE_SIDE = 8_192
MAX_MODEL_BYTES = 200_000_000  # a .keras file; ResNet50 has 103 MB
MAX_MODEL_CONFIG_BYTES = 8_000_000  # its config.json; NASNetLarge has 1.5 MB
MAX_MODEL_METADATA_BYTES = 64_000
MAX_MODEL_NESTING = 100  # brackets within brackets in config.json; a model nested four deep has 20
MAX_MODEL_LAYERS = 2_000  # calls of layers, those of nested models counted each time; NASNetLarge has 1,041
MAX_MODEL_EDGES = 20_000  # inputs of all layers together
MAX_MODEL_NUMBERS = 60_000_000  # parameters that the layers of a model declare: 240 MB of float32
MAX_RECORDING_BYTES = MAX_MODEL_BYTES  # a recording of a run, an .msr.npz
MAX_FRAMES = 256  # of an exported animation
MAX_SLIDES = 64  # of channels, in an exported deck
MAX_EXPORTS = 2  # long ones at a time, for all visitors together
MAX_EXPORT_SECONDS = 120

# For hosts: limits per server and per session. 0: no limit.
MAX_SESSIONS = number("MAX_SESSIONS", 0, least=0)  # open at a time; later visitors are asked to wait
MAX_SESSION_UPLOAD_BYTES = number("MAX_SESSION_UPLOAD_BYTES", 128_000_000, least=0)  # stored for one session
MAX_SERVER_UPLOAD_BYTES = number("MAX_SERVER_UPLOAD_BYTES", 0, least=0)  # stored for all of them
UPLOAD_SECONDS = number("UPLOAD_SECONDS", 300)  # until all of a file must have arrived
MAX_LARGE_ELEMENTS = number("MAX_LARGE_ELEMENTS", 0, least=0)  # of all large merges that are computed at a time
MAX_WAITING = number("MAX_WAITING", 64)  # queued calls of one sandbox
MAX_WAITING_EACH = number("MAX_WAITING_EACH", 4)  # of these, per session
# Private memory of a child process; libraries are shared by all of them and come on top. Keras takes 0.4 GiB of it.
SANDBOX_MEMORY_BYTES = number("SANDBOX_MEMORY_BYTES", 2 * 2**30)
SANDBOX_SECONDS = number("SANDBOX_SECONDS", 20)  # per call
MODEL_MEMORY_BYTES = number("MODEL_MEMORY_BYTES", number("SANDBOX_MEMORY_BYTES", 3 * 2**30))
MAX_MODELS = number("MAX_MODELS", 3)  # uploaded models that are loaded at a time, each in a process
MODEL_SECONDS = number("MODEL_SECONDS", number("SANDBOX_SECONDS", 90))  # loading or running an uploaded model


def check_elements(shapes: Iterable[Shape], result: Shape) -> None:
    """Reject tensors that are too large, each or together, before any is allocated.

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
                "{shape} has {count} elements; at most {limit} are computed.",
                shape=shape,
                count=f"{_elements(shape):,}",
                limit=f"{MAX_ELEMENTS:,}",
            )
    if _elements(result) > MAX_ELEMENTS:
        raise invalid_request(
            "The result {shape} has {count} elements; at most {limit} are computed.",
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


def too_many_inputs(count: int | str) -> MergeError:
    """The error of a merge of more inputs than are drawn.

    Args:
        count: of the inputs, more than `MAX_INPUTS`; a text such as `26+` where they were not all counted.
    """
    return invalid_request(
        "A merge takes at most {limit} inputs here; {count} were given.", limit=MAX_INPUTS, count=count
    )


def check_rank(ranks: Iterable[int], most: int) -> None:
    """Reject tensors with more axes than a computation supports.

    Raises:
        MergeError: names the number of axes and the limit.
    """
    for rank in ranks:
        if rank > most:
            raise invalid_request(
                "A tensor of {count} axes is too large; at most {limit} axes are computed.", count=rank, limit=most
            )


def _elements(shape: Shape) -> int:
    return prod(1 if size is None else size for size in shape)


def check_features(shape: tuple[int, ...]) -> None:
    """Reject features whose gates would take too long or too much memory.

    Args:
        shape: (n, H, W, C).

    Raises:
        MergeError: names the shape and the limit.
    """
    if prod(shape) > MAX_GATE_ELEMENTS or shape[-1] > MAX_GATE_CHANNELS:
        raise invalid_request(
            "Features of shape {shape} are too large: gates are run on at most {limit} elements and "
            "{channels} channels.",
            shape=shape,
            limit=f"{MAX_GATE_ELEMENTS:,}",
            channels=f"{MAX_GATE_CHANNELS:,}",
        )
