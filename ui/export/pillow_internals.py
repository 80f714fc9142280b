"""The names of Pillow outside its documented interface that exports use; a test names what an upgrade has changed.

Pillow's own writers of animations keep every frame in memory. `gif_header` and `gif_frame` write a GIF frame by frame;
`streamed` gives the WebP writer one frame at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PIL import GifImagePlugin, Image

INTERNALS = (
    (GifImagePlugin, "getheader"),
    (GifImagePlugin, "getdata"),
    (Image.Image, "im"),
    (Image.Image, "seek"),
    (Image.Image, "tell"),
)
"""(object, attribute) pairs that must exist."""


def gif_header(first: Image.Image, milliseconds: int) -> list[bytes]:
    """Return the start of a GIF that repeats without end.

    Args:
        first: frame, mode "P".
        milliseconds: per frame.
    """
    header: list[bytes] = GifImagePlugin.getheader(first, info={"loop": 0, "duration": milliseconds})[0]
    return header


def gif_frame(part: Image.Image, corner: tuple[int, int], milliseconds: int) -> list[bytes]:
    """Return one frame of a GIF.

    Args:
        part: the changed rectangle, mode "P".
        corner: its left and top.
        milliseconds: how long it is displayed.
    """
    written: list[bytes] = GifImagePlugin.getdata(
        part, corner, duration=milliseconds, disposal=1, include_color_table=True, optimize=False
    )
    return written


def streamed(frames: Iterator[Image.Image], count: int, before_frame: Callable[[int], None]) -> Image.Image:
    """Return an image whose frames are taken from an iterator, in order, as a writer requests them.

    Args:
        frames: of equal size; only one is kept in memory.
        count: of them.
        before_frame: called with the number of each frame after the first.
    """
    image, current = next(frames), [0]

    def seek(number: int) -> None:
        if number > current[0]:
            before_frame(number)
            image.im = next(frames).im
            current[0] = number

    image.seek, image.tell, image.n_frames = seek, lambda: current[0], count  # type: ignore[method-assign,attr-defined,assignment]
    return image
