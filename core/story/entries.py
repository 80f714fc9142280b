"""The one table of what may stand in a step of a story: a new entry is one reader and one row.

A reader takes the raw value of the file and returns what the story keeps, or raises `MergeError` with one sentence.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from core.errors import Shape, invalid_request
from core.limits import MAX_INPUTS, MAX_RANK, MAX_SIZE
from core.merges.operations import MERGES
from core.merges.samples import SAMPLES
from core.merges.shape_text import parse_shape
from core.sentences import Sentence as _  # marks text for the catalogues

SCENES = {  # of the trained network: name, and what a person sees
    "gated": _("The features, the map, and their product."),
    "open": _("The same features with the gate open everywhere."),
    "steps": _("How the map comes about, step by step."),
    "training": _("The map while the network was trained."),
}
GATES = (20, 40, 80, 160)  # rows and columns of the features that each gate of the network takes
SLICES = 8  # samples that the records of the network hold
LAYERS = ("values", "gradients")
ORDERS = ("index", "energy", "change", "agreement")
MAX_TITLE, MAX_TEXT, MAX_SEED = 120, 3_000, 2**31 - 1


def title(raw: Any) -> str:
    """One line."""
    return _words(raw, MAX_TITLE, lines=False)


def text(raw: Any) -> str:
    """Paragraphs."""
    return _words(raw, MAX_TEXT, lines=True)


def shapes(raw: Any) -> tuple[Shape, ...]:
    """One for each input; each a list of sizes, or a text as in the Merge lab."""
    if not isinstance(raw, list) or not 1 <= len(raw) <= MAX_INPUTS:
        raise invalid_request(
            "shapes should be a list of 1 to {limit} shapes such as [[5, 1, 5], [5, 4, 5]]; it is {found}.",
            limit=MAX_INPUTS,
            found=shown(raw),
        )
    return tuple(_shape(one) for one in raw)


def fill(raw: Any) -> tuple[str, ...]:
    """The name of a sample, or one for each input."""
    names = raw if isinstance(raw, list) else [raw]
    return tuple(one_of("fill", SAMPLES)(name) for name in names)


def axes(raw: Any) -> int | tuple[int, int]:
    """Of Dot: one axis, or one for each input."""
    if isinstance(raw, list):
        if len(raw) != 2:
            raise invalid_request("axes should be one whole number or two; it is {found}.", found=shown(raw))
        first, second = (whole("axes", -MAX_RANK, MAX_RANK)(one) for one in raw)
        return first, second
    return whole("axes", -MAX_RANK, MAX_RANK)(raw)


def whole(name: str, low: int, high: int) -> Callable[[Any], int]:
    """A reader of whole numbers."""

    def read(raw: Any) -> int:
        if not isinstance(raw, int) or isinstance(raw, bool) or not low <= raw <= high:
            raise invalid_request(
                "{name} should be a whole number from {low} to {high}; it is {found}.",
                name=name,
                low=low,
                high=f"{high:,}",
                found=shown(raw),
            )
        return raw

    return read


def index(name: str) -> Callable[[Any], tuple[int, ...]]:
    """A reader of lists of places, counted from 0."""

    def read(raw: Any) -> tuple[int, ...]:
        if not isinstance(raw, list) or not 1 <= len(raw) <= MAX_RANK + 2:
            raise invalid_request(
                "{name} should be a list such as [0, 2, 1]; it is {found}.", name=name, found=shown(raw)
            )
        return tuple(whole(name, 0, MAX_SIZE)(one) for one in raw)

    return read


def plane(raw: Any) -> tuple[int, int]:
    """The axes of rows and columns."""
    found = index("plane")(raw)
    if len(found) != 2 or found[0] == found[1]:
        raise invalid_request("plane should be two different axes, rows and columns; it is {found}.", found=shown(raw))
    return found[0], found[1]


def one_of(name: str, choices: Mapping[str, Any] | tuple[Any, ...]) -> Callable[[Any], Any]:
    """A reader of a choice."""

    def read(raw: Any) -> Any:
        if type(raw) not in (str, int) or raw not in choices:
            raise invalid_request(
                "{name} should be one of {choices}; it is {found}.",
                name=name,
                choices=", ".join(map(str, choices)),
                found=shown(raw),
            )
        return raw

    return read


def switch(name: str) -> Callable[[Any], bool]:
    """A reader of true and false."""

    def read(raw: Any) -> bool:
        if not isinstance(raw, bool):
            raise invalid_request("{name} should be true or false; it is {found}.", name=name, found=shown(raw))
        return raw

    return read


ENTRIES: dict[str, Callable[[Any], Any]] = {
    "title": title,
    "text": text,
    "operation": one_of("operation", MERGES),
    "shapes": shapes,
    "fill": fill,
    "seed": whole("seed", 0, MAX_SEED),
    "axis": whole("axis", -MAX_RANK, MAX_RANK),
    "axes": axes,
    "normalize": switch("normalize"),
    "layer": one_of("layer", LAYERS),
    "scene": one_of("scene", SCENES),
    "gate": one_of("gate", GATES),
    "slice": whole("slice", 0, SLICES - 1),
    "cell": index("cell"),
    "of": whole("of", 0, 2 * MAX_INPUTS),
    "at": index("at"),
    "plane": plane,
    "order": one_of("order", ORDERS),
}


def shown(raw: Any) -> str:
    """A value of the file, cut to what fits a line."""
    written = repr(raw)
    return written if len(written) <= 40 else written[:40] + "…"


def _words(raw: Any, most: int, *, lines: bool) -> str:
    if not isinstance(raw, str):
        raise invalid_request("This should be text between quotes; it is {found}.", found=shown(raw))
    kept = "".join(sign for sign in raw if sign == "\n" or unicodedata.category(sign) not in ("Cc", "Cf", "Cs"))
    kept = kept.strip() if lines else " ".join(kept.split())
    if not kept:
        raise invalid_request("The text is empty.")
    if len(kept) > most:
        raise invalid_request(
            "The text has {count} characters; up to {limit} fit.", count=f"{len(kept):,}", limit=f"{most:,}"
        )
    return kept


def _shape(raw: Any) -> Shape:
    if isinstance(raw, str):
        return parse_shape(raw)
    if not isinstance(raw, list) or len(raw) > MAX_RANK:
        raise invalid_request(
            "A shape is a list of up to {limit} sizes; this is {found}.", limit=MAX_RANK, found=shown(raw)
        )
    return tuple(whole("A size", 0, MAX_SIZE)(size) for size in raw)
