"""A story as immutable data: `core.story` reads it, the page draws it."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import Shape

MAX_BYTES = 100_000  # of a story file
MAX_STEPS = 60


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        title: one line, plain text.
        text: paragraphs of plain text with **bold**, *italic*, `code` and lists.
        operation: a merge, or None where a scene of the trained network is shown.
        shapes: of its inputs; they may clash, and then the refusal is shown.
        fill: names of samples, one for each input.
        scene: of the trained network, `story_entries.SCENES`.
        gate: which of its gates, by the rows of its features.
        slice: which sample went through the network.
        cell, of, at, plane, order: where one looks, as in links.
    """

    title: str
    text: str
    operation: str | None = None
    shapes: tuple[Shape, ...] = ()
    fill: tuple[str, ...] = ()
    seed: int = 0
    axis: int = -1
    axes: int | tuple[int, int] = -1
    normalize: bool = False
    layer: str = "values"
    scene: str | None = None
    gate: int = 20
    slice: int = 0
    cell: tuple[int, ...] | None = None
    of: int | None = None
    at: tuple[int, ...] | None = None
    plane: tuple[int, int] | None = None
    order: str = "index"


@dataclass(frozen=True)
class Story:
    """A title and its steps."""

    title: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Fault:
    """What is wrong, and on which line, counted from 1."""

    line: int
    text: str


class StoryError(ValueError):
    """A story that cannot be told.

    Attributes:
        faults: the first of them, in the order of the file.
    """

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(f"{fault.line}: {fault.text}" for fault in faults))
