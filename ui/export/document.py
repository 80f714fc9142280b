"""What an export is made from. It refers to no session, since exports run in threads without one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from core.errors import invalid_request
from core.limits import MAX_ELEMENTS
from ui.export.drawing.snapshot import Look, look_at
from ui.export.drawing.theme import Theme, theme
from ui.export.illustration import Illustration, scene_images
from ui.export.words import WORDS
from ui.tensor_view import Selection, TensorView

_LOOPBACK = ("localhost", "0.0.0.0", "::1")  # noqa: S104  # compared with, not bound to


@dataclass(frozen=True, eq=False)
class Moment:
    """One recorded training step.

    Attributes:
        title: displayed.
        view: the tensors at this step.
    """

    title: str
    view: TensorView


@dataclass(frozen=True, eq=False)
class Document:
    """The content of an export.

    Attributes:
        view: the tensor view on screen.
        selection: the slice and the pinned element on screen.
        title: plain text, untrusted.
        address: returns the link that opens a selection; "" for no link.
        code: name of a framework -> code that leaves the result in `y`.
        moments: recorded training steps, if any.
        pictures: further images; those of the scene of the view are added, see `illustrations`.
        words: `words.WORDS`, translated.
        language: for `<html lang>`.
        theme: colours around the tensors.
    """

    view: TensorView
    selection: Selection | None = None
    title: str = "Mergescope"
    address: Callable[[Selection], str] = field(default=lambda _: "")
    code: Mapping[str, str] = field(default_factory=dict)
    moments: tuple[Moment, ...] = ()
    pictures: tuple[Illustration, ...] = ()
    words: Mapping[str, str] = field(default_factory=lambda: WORDS)
    language: str = "en"
    theme: Theme = field(default_factory=lambda: theme("light"))

    def look(self) -> Look:
        """Return the view and the selection, ready to be drawn."""
        return look_at(self.view, self.selection)

    def illustrations(self) -> tuple[Illustration, ...]:
        """Return all further images: those of the page, and the scene of the view."""
        return (*self.pictures, *scene_images(self.look().view, self.words))

    def public_address(self, selection: Selection) -> str:
        """Return the link that opens a selection, or "" if it would open on this machine only."""
        address = self.address(selection)
        host = urlsplit(address).hostname or ""
        return "" if host in _LOOPBACK or host.startswith("127.") else address

    @property
    def line(self) -> str:
        """The title as one line."""
        return " ".join(self.title.split()) or "Mergescope"


def check_size(document: Document) -> None:
    """Reject a document with too many values for a text file, before anything is written.

    Raises:
        MergeError: states the number of values and the limit.
    """
    count = sum(panel.value.size for panel in document.view.panels)
    if count > MAX_ELEMENTS:
        raise invalid_request(
            "The tensors hold {count} values; this file type takes at most {limit}. Export the arrays (npz) instead.",
            count=f"{count:,}",
            limit=f"{MAX_ELEMENTS:,}",
        )
