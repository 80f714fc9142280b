"""The table of export formats: a new format is one function and one row."""

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
from ui.export.progress import Progress


@dataclass(frozen=True)
class Options:
    """The options of an export.

    Attributes:
        scale: image pixels per CSS pixel.
        count: frames of an animation, or number of channels with a slide each.
        speed: frames per second.
        subject: "channels" or "moments".
        ground: background, the name of a theme: "light" or "dark".
    """

    scale: int = 2
    count: int = 24
    speed: int = 8
    subject: str = "channels"
    ground: str = "light"


@dataclass(frozen=True)
class Format:
    """One file format.

    Attributes:
        title: displayed.
        summary: what it is good for.
        ending: file extension.
        mime: media type.
        make: writes the file.
        options: names of the options that it has, see `Options`.
        long: whether it takes long enough to need a progress bar.
        embeds: whether it holds all values as text, so that their number is limited.
    """

    title: str
    summary: str
    ending: str
    mime: str
    make: Callable[[Document, Options, Progress], bytes]
    options: tuple[str, ...] = ()
    long: bool = False
    embeds: bool = False


def scenes(document: Document, options: Options, exact: bool) -> list[Scene]:
    """Return the frames of an animation.

    Args:
        document: the content.
        options: of the export.
        exact: whether the format keeps every colour.
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


def _png(document: Document, options: Options, _progress: Progress) -> bytes:
    look, scale = document.look(), options.scale
    return to_png(
        compose(look, document.theme, title=document.line, ratio=scale, pictures=document.illustrations()), scale
    )


def _svg(document: Document, _options: Options, _progress: Progress) -> bytes:
    return to_svg(compose(document.look(), document.theme, title=document.line, pictures=document.illustrations()))


def _gif(document: Document, options: Options, progress: Progress) -> bytes:
    return _animated(document, options, progress, animation.to_gif, exact=False)


def _webp(document: Document, options: Options, progress: Progress) -> bytes:
    return _animated(document, options, progress, animation.to_webp, exact=True)


def _animated(
    document: Document,
    options: Options,
    progress: Progress,
    write: Callable[[Iterator[Array], int, int, Progress], bytes],
    *,
    exact: bool,
) -> bytes:
    progress(0, 0)
    drawn = scenes(document, options, exact)
    return write(animation.pictures(drawn, options.scale), len(drawn), round(1000 / options.speed), progress)


def _pptx(document: Document, options: Options, progress: Progress) -> bytes:
    from ui.export.painters.slides import to_pptx  # noqa: PLC0415  # loaded only when slides are exported

    return to_pptx(document, min(options.count, MAX_SLIDES), progress)


def _ipynb(document: Document, _options: Options, _progress: Progress) -> bytes:
    from ui.export.notebook import to_notebook  # noqa: PLC0415  # likewise

    return to_notebook(document)


FORMATS: dict[str, Format] = {
    "png": Format(
        "PNG", _("An image at screen resolution or higher."), "png", "image/png", _png, ("scale", "ground")
    ),
    "svg": Format(
        "SVG", _("A vector image with editable text, sharp at any size."), "svg", "image/svg+xml", _svg,
        ("ground",),
    ),
    "webp": Format(
        "WebP", _("An animation with exact colours, for web pages."), "webp", "image/webp", _webp,
        ("subject", "count", "speed", "scale", "ground"), long=True,
    ),
    "gif": Format(
        "GIF", _("An animation for slides and email. Limited to 256 colours, so similar colours may be merged."),
        "gif", "image/gif", _gif, ("subject", "count", "speed", "scale", "ground"), long=True,
    ),
    "pptx": Format(
        "PPTX", _("A slide deck with editable text and speaker notes."), "pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation", _pptx,
        ("slides", "ground"), long=True,
    ),
    "ipynb": Format(
        "Jupyter", _("A runnable notebook: the values, the code, and the picture in Plotly."), "ipynb",
        "application/x-ipynb+json", _ipynb, embeds=True,
    ),
    "html": Format(
        "HTML", _("A web page with the interactive view, in one file that works offline."), "html", "text/html",
        lambda document, _options, _progress: to_html(document), embeds=True,
    ),
    "npz": Format(
        "npz", _("The tensors for NumPy, bit-exact."), "npz", "application/octet-stream",
        lambda document, _options, _progress: to_npz(document),
    ),
}  # fmt: skip
