"""A story as immutable data: `core.story.reading` reads it, the Story page draws it."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import Shape

MAX_BYTES = 100_000  # of a story file
MAX_STEPS = 60


@dataclass(frozen=True)
class Network:
    """What is recorded of the trained network, which a scene can show.

    Attributes:
        gates: rows of the features of each gate.
        slices: number of recorded images.
    """

    gates: tuple[int, ...]
    slices: int


@dataclass(frozen=True)
class Step:
    """One step: a text, and a merge or a scene of the trained network.

    Attributes:
        title: one line, plain text.
        text: paragraphs of plain text with **bold**, *italic*, `code` and lists.
        operation: name of a merge; None for a scene.
        shapes: of its inputs; if they are incompatible, the error is shown.
        fill: names of samples, one for each input.
        first: first value of each input that counts or is constant; empty for the defaults.
        dtype: of each input; empty for float32.
        seed, axis, axes, normalize: of the merge.
        layer: "values" or "gradients".
        scene: name of a scene, `core.story.entries.SCENES`.
        gate: which gate of the network, by the rows of its features.
        slice: which recorded image.
        cell, of, at, plane, order: the selection, as in links.
    """

    title: str
    text: str
    operation: str | None = None
    shapes: tuple[Shape, ...] = ()
    fill: tuple[str, ...] = ()
    first: tuple[int, ...] = ()
    dtype: tuple[str, ...] = ()
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

    def first_of(self, number: int) -> int | None:
        """The first value of an input; None for the default."""
        return self.first[number] if self.first else None

    def dtype_of(self, number: int) -> str:
        """The dtype of an input."""
        return self.dtype[number] if self.dtype else "float32"


@dataclass(frozen=True)
class Story:
    """A title and its steps."""

    title: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Fault:
    """An error in a story file.

    Attributes:
        line: counted from 1.
        text: what is wrong.
    """

    line: int
    text: str


class StoryError(ValueError):
    """A file that is not a valid story.

    Attributes:
        faults: the first errors, in the order of the file.
    """

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(f"{fault.line}: {fault.text}" for fault in faults))
