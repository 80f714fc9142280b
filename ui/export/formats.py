"""The one table of what can be exported: a new format is a function and a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.dtypes import Array
from core.limits import MAX_FRAMES, MAX_SLIDES
from core.sentences import Sentence as _  # marks text for the catalogues
from ui.export.arrays import to_npz
from ui.export.document import Document
from ui.export.drawing.compose import compose
from ui.export.drawing.scene import Scene
from ui.export.drawing.snapshot import Look, look_at
from ui.export.page import to_html
from ui.export.painters import animation
from ui.export.painters.raster import to_png
from ui.export.painters.svg import to_svg
from ui.export.progress import Tell


@dataclass(frozen=True)
class Options:
    """What can be chosen.

    Attributes:
        scale: pixels for a CSS pixel.
        count: frames of an animation, or channels that get a slide of their own.
        speed: frames a second.
        subject: "channels" or "moments".
        ground: name of the theme, "light" or "dark".
    """

    scale: int = 2
    count: int = 24
    speed: int = 8
    subject: str = "channels"
    ground: str = "light"


@dataclass(frozen=True)
class Format:
    """One kind of file.

    Attributes:
        title: for people.
        summary: what it is good for.
        ending: of the file.
        mime: its type.
        make: makes it.
        options: names of what can be chosen.
        long: whether it takes so long that it shows how far it is.
        embeds: whether it holds all numbers, and so is limited.
    """

    title: str
    summary: str
    ending: str
    mime: str
    make: Callable[[Document, Options, Tell], bytes]
    options: tuple[str, ...] = ()
    long: bool = False
    embeds: bool = False


def scenes(document: Document, options: Options, exact: bool) -> list[Scene]:
    """The frames of an animation.

    Args:
        document: what is exported.
        options: how.
        exact: whether every colour can be kept.
    """
    looks, titles = _frames(document, options)
    coarse = 1
    if not exact:
        coarse = max(map(animation.coarseness, animation.scenes_of(looks, document.theme, titles, options.scale)))
    return animation.scenes_of(looks, document.theme, titles, options.scale, coarse)


def _frames(document: Document, options: Options) -> tuple[list[Look], list[str]]:
    most = min(options.count, MAX_FRAMES)
    if options.subject == "moments" and document.moments:
        moments = document.moments[:most]
        titles = [f"{document.line} · {moment.title}" for moment in moments]
        return [look_at(moment.view, document.selection) for moment in moments], titles
    looks = animation.sweep(document.look(), most)
    return looks, [document.line] * len(looks)


def _png(document: Document, options: Options, _tell: Tell) -> bytes:
    look, scale = document.look(), options.scale
    return to_png(compose(look, document.theme, title=document.line, ratio=scale), scale)


def _svg(document: Document, _options: Options, _tell: Tell) -> bytes:
    return to_svg(compose(document.look(), document.theme, title=document.line))


def _gif(document: Document, options: Options, tell: Tell) -> bytes:
    return _animated(document, options, tell, animation.to_gif, exact=False)


def _webp(document: Document, options: Options, tell: Tell) -> bytes:
    return _animated(document, options, tell, animation.to_webp, exact=True)


def _animated(
    document: Document,
    options: Options,
    tell: Tell,
    write: Callable[[Iterator[Array], int, int, Tell], bytes],
    *,
    exact: bool,
) -> bytes:
    tell(0, 0)
    drawn = scenes(document, options, exact)
    return write(animation.pictures(drawn, options.scale), len(drawn), round(1000 / options.speed), tell)


def _pptx(document: Document, options: Options, tell: Tell) -> bytes:
    from ui.export.painters.slides import to_pptx  # noqa: PLC0415  # a start of the app without slides should not pay for it

    return to_pptx(document, min(options.count, MAX_SLIDES), tell)


def _ipynb(document: Document, _options: Options, _tell: Tell) -> bytes:
    from ui.export.notebook import to_notebook  # noqa: PLC0415  # likewise

    return to_notebook(document)


FORMATS: dict[str, Format] = {
    "png": Format(
        "PNG", _("A picture, in the pixels of the screen or finer."), "png", "image/png", _png, ("scale", "ground")
    ),
    "svg": Format(
        "SVG", _("A picture that stays sharp at any size; its texts can be edited."), "svg", "image/svg+xml", _svg,
        ("ground",),
    ),
    "webp": Format(
        "WebP", _("An animation in the exact colours, for web pages."), "webp", "image/webp", _webp,
        ("subject", "count", "speed", "scale", "ground"), long=True,
    ),
    "gif": Format(
        "GIF", _("An animation for slides and mail. It has 256 colours, so neighbouring ones may be drawn as one."),
        "gif", "image/gif", _gif, ("subject", "count", "speed", "scale", "ground"), long=True,
    ),
    "pptx": Format(
        "PPTX", _("Slides with the view, texts that can be edited, notes for the speaker and the link."), "pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation", _pptx,
        ("slides", "ground"), long=True,
    ),
    "ipynb": Format(
        "Jupyter", _("A notebook that runs: the numbers, the code, and the picture in Plotly."), "ipynb",
        "application/x-ipynb+json", _ipynb, embeds=True,
    ),
    "html": Format(
        "HTML", _("A page with this view alive in it, in one file that needs no network."), "html", "text/html",
        lambda document, _options, _tell: to_html(document), embeds=True,
    ),
    "npz": Format(
        "npz", _("The tensors for NumPy, to the bit."), "npz", "application/octet-stream",
        lambda document, _options, _tell: to_npz(document),
    ),
}  # fmt: skip
