"""All that an export is made of. It holds no session: documents are made in threads that have none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from core.errors import invalid_request
from core.limits import MAX_ELEMENTS
from ui.export.drawing.snapshot import Look, look_at
from ui.export.drawing.theme import Theme, theme
from ui.export.words import WORDS
from ui.tensor_view import Selection, TensorView


@dataclass(frozen=True, eq=False)
class Moment:
    """One moment of a process, such as a step of training.

    Attributes:
        title: for people.
        view: what the tensors were.
    """

    title: str
    view: TensorView


@dataclass(frozen=True, eq=False)
class Document:
    """What is exported.

    Attributes:
        view: what is on screen.
        selection: where the person looks.
        title: plain text, from anywhere.
        address: the link that opens a selection; "" for no link.
        code: name of a dialect -> code that leaves the result in `y`.
        moments: of training, if there are any.
        words: see `words.WORDS`, translated.
        language: as `<html lang>` has it.
        theme: colours around the tensors.
    """

    view: TensorView
    selection: Selection | None = None
    title: str = "Mergescope"
    address: Callable[[Selection], str] = field(default=lambda _: "")
    code: Mapping[str, str] = field(default_factory=dict)
    moments: tuple[Moment, ...] = ()
    words: Mapping[str, str] = field(default_factory=lambda: WORDS)
    language: str = "en"
    theme: Theme = field(default_factory=lambda: theme("light"))

    def look(self) -> Look:
        """What is on screen, ready to be drawn."""
        return look_at(self.view, self.selection)

    @property
    def line(self) -> str:
        """The title on one line."""
        return " ".join(self.title.split()) or "Mergescope"


def check_size(document: Document) -> None:
    """Refuse what would hold too many numbers as text, before anything is made.

    Raises:
        MergeError: names the numbers and the limit.
    """
    count = sum(panel.value.size for panel in document.view.panels)
    if count > MAX_ELEMENTS:
        raise invalid_request(
            "The tensors hold {count} numbers; a file of this kind takes up to {limit}. Please export the arrays.",
            count=f"{count:,}",
            limit=f"{MAX_ELEMENTS:,}",
        )
