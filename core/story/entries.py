"""The table of entries that a step of a story may have: a new entry is one reader and one row.

A reader takes the raw value from the file and returns the validated one, or raises `MergeError` with one sentence.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import Shape, invalid_request
from ..gates.channels import ORDERS
from ..limits import MAX_INPUTS, MAX_RANK, MAX_SIZE
from ..merges.operations import MERGES
from ..merges.samples import DTYPES, SAMPLES
from ..merges.shape_text import parse_shape
from ..sentences import Sentence as _  # marks text for the catalogues
from .model import Network

SCENES = {  # of the trained network: name, and what it shows
    "gated": _("The features, the attention map, and their product."),
    "open": _("The same features with the gate open everywhere."),
    "steps": _("How the attention map is computed, step by step."),
    "training": _("The attention map during training."),
}
LAYERS = ("values", "gradients")
MAX_TITLE, MAX_TEXT, MAX_SEED, MAX_FIRST = 120, 3_000, 2**31 - 1, 10**9


def title(raw: Any) -> str:
    """One line."""
    return _words(raw, MAX_TITLE, lines=False)


def text(raw: Any) -> str:
    """Paragraphs."""
    return _words(raw, MAX_TEXT, lines=True)


def shapes(raw: Any) -> tuple[Shape, ...]:
    """One shape per input: a list of sizes, or a text as in the Merge lab."""
    if not isinstance(raw, list) or not 1 <= len(raw) <= MAX_INPUTS:
        raise invalid_request(
            "shapes must be a list of 1 to {limit} shapes such as [[5, 1, 5], [5, 4, 5]]; got {found}.",
            limit=MAX_INPUTS,
            found=shown(raw),
        )
    return tuple(_shape(one) for one in raw)


def fill(raw: Any) -> tuple[str, ...]:
    """The name of a sample, or one per input."""
    return _one_or_several(raw, one_of("fill", SAMPLES))


def dtype(raw: Any) -> tuple[str, ...]:
    """The name of a dtype, or one per input."""
    return _one_or_several(raw, one_of("dtype", DTYPES))


def first(raw: Any) -> tuple[int, ...]:
    """The first value of a counting or constant sample, or one per input."""
    return _one_or_several(raw, whole("first", -MAX_FIRST, MAX_FIRST))


def axes(raw: Any) -> int | tuple[int, int]:
    """The axes of Dot: one, or one per input."""
    if isinstance(raw, list):
        if len(raw) != 2:
            raise invalid_request("axes must be one or two integers; got {found}.", found=shown(raw))
        first, second = (whole("axes", -MAX_RANK, MAX_RANK)(one) for one in raw)
        return first, second
    return whole("axes", -MAX_RANK, MAX_RANK)(raw)


def whole(name: str, low: int, high: int) -> Callable[[Any], int]:
    """Return a reader of integers."""

    def read(raw: Any) -> int:
        if not isinstance(raw, int) or isinstance(raw, bool) or not low <= raw <= high:
            raise invalid_request(
                "{name} must be an integer from {low} to {high}; got {found}.",
                name=name,
                low=f"{low:,}",
                high=f"{high:,}",
                found=shown(raw),
            )
        return raw

    return read


def index(name: str) -> Callable[[Any], tuple[int, ...]]:
    """Return a reader of an index: a list of integers from 0."""

    def read(raw: Any) -> tuple[int, ...]:
        if not isinstance(raw, list) or not 1 <= len(raw) <= MAX_RANK + 2:
            raise invalid_request("{name} must be a list such as [0, 2, 1]; got {found}.", name=name, found=shown(raw))
        return tuple(whole(name, 0, MAX_SIZE)(one) for one in raw)

    return read


def plane(raw: Any) -> tuple[int, int]:
    """The axes of rows and columns."""
    found = index("plane")(raw)
    if len(found) != 2 or found[0] == found[1]:
        raise invalid_request("plane must be two different axes, rows and columns; got {found}.", found=shown(raw))
    return found[0], found[1]


def one_of(name: str, choices: Mapping[str, Any] | tuple[Any, ...]) -> Callable[[Any], Any]:
    """Return a reader of one of several choices."""

    def read(raw: Any) -> Any:
        if type(raw) not in (str, int) or raw not in choices:
            raise invalid_request(
                "{name} must be one of {choices}; got {found}.",
                name=name,
                choices=", ".join(map(str, choices)),
                found=shown(raw),
            )
        return raw

    return read


def switch(name: str) -> Callable[[Any], bool]:
    """Return a reader of true and false."""

    def read(raw: Any) -> bool:
        if not isinstance(raw, bool):
            raise invalid_request("{name} must be true or false; got {found}.", name=name, found=shown(raw))
        return raw

    return read


ENTRIES: dict[str, Callable[[Any], Any]] = {
    "title": title,
    "text": text,
    "operation": one_of("operation", MERGES),
    "shapes": shapes,
    "fill": fill,
    "first": first,
    "dtype": dtype,
    "seed": whole("seed", 0, MAX_SEED),
    "axis": whole("axis", -MAX_RANK, MAX_RANK),
    "axes": axes,
    "normalize": switch("normalize"),
    "layer": one_of("layer", LAYERS),
    "scene": one_of("scene", SCENES),
    "gate": whole("gate", 1, MAX_SIZE),
    "slice": whole("slice", 0, MAX_SIZE),
    "cell": index("cell"),
    "of": whole("of", 0, 2 * MAX_INPUTS),
    "at": index("at"),
    "plane": plane,
    "order": one_of("order", tuple(ORDERS)),
}


def network_entries(network: Network) -> dict[str, Callable[[Any], Any]]:
    """Return the entries whose range depends on what is recorded of the trained network."""
    return {"gate": one_of("gate", network.gates), "slice": whole("slice", 0, network.slices - 1)}


def shown(raw: Any) -> str:
    """A value from the file, shortened to fit a line."""
    written = repr(raw)
    return written if len(written) <= 40 else written[:40] + "…"


def _words(raw: Any, most: int, *, lines: bool) -> str:
    if not isinstance(raw, str):
        raise invalid_request("This must be text in quotes; got {found}.", found=shown(raw))
    kept = "".join(sign for sign in raw if sign == "\n" or unicodedata.category(sign) not in ("Cc", "Cf", "Cs"))
    kept = kept.strip() if lines else " ".join(kept.split())
    if not kept:
        raise invalid_request("The text is empty.")
    if len(kept) > most:
        raise invalid_request(
            "The text has {count} characters; at most {limit} are allowed.", count=f"{len(kept):,}", limit=f"{most:,}"
        )
    return kept


def _shape(raw: Any) -> Shape:
    if isinstance(raw, str):
        return parse_shape(raw)
    if not isinstance(raw, list) or len(raw) > MAX_RANK:
        raise invalid_request(
            "A shape is a list of at most {limit} sizes; got {found}.", limit=MAX_RANK, found=shown(raw)
        )
    return tuple(whole("A size", 0, MAX_SIZE)(size) for size in raw)


def _one_or_several(raw: Any, read: Callable[[Any], Any]) -> tuple[Any, ...]:
    return tuple(read(one) for one in (raw if isinstance(raw, list) else [raw]))
