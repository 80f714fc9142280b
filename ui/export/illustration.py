"""Further images of a page that go into its exports."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from core.dtypes import Array


@dataclass(frozen=True, eq=False)
class Illustration:
    """A further image of the page, such as the attention map over the input image.

    Attributes:
        title: displayed above or below it.
        description: text alternative.
        pixels: uint8, (height, width, 3).
    """

    title: str
    description: str
    pixels: Array

    @classmethod
    def from_png(cls, title: str, description: str, png: bytes) -> Illustration:
        """Decode an image that the app itself has drawn."""
        return cls(title, description, np.asarray(Image.open(io.BytesIO(png)).convert("RGB")))

    def png(self) -> bytes:
        """Encode it as PNG."""
        stream = io.BytesIO()
        Image.fromarray(np.ascontiguousarray(self.pixels)).save(stream, "PNG")
        return stream.getvalue()
