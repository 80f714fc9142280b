"""Further images of a page that go into its exports."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from PIL import Image

from core.dtypes import Array
from core.segmentation.overlay import COOL, WARM, draw_outline, enlarge, lay_over
from ui.tensor_view import TensorView

_FACTOR = 2  # image pixels per pixel of the scene


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


def scene_images(view: TensorView, words: Mapping[str, str]) -> tuple[Illustration, ...]:
    """Draw the scene of a view: the map over the image, the ground truth, and the prediction; empty without a scene.

    Args:
        view: with the map (1, h, w, 1) as its second panel.
        words: `ui.export.words.WORDS`, translated.
    """
    scene = view.scene
    if scene is None:
        return ()
    image = np.asarray(scene.image, np.float64)[..., None] / 255
    weights = np.clip(np.asarray(view.panels[1].value[0], np.float64), 0, 1)
    found = [Illustration(words["overlay"], words["overlay_alt"], enlarge(lay_over(image, weights, WARM), _FACTOR))]
    if scene.truth is not None:
        truth = enlarge(lay_over(image, scene.truth[..., None].astype(float), COOL), _FACTOR)
        found.append(Illustration(words["truth"], words["truth_alt"], truth))
    if scene.shown is not None:
        mask = scene.predictions[scene.shown][..., None].astype(float)
        drawn = enlarge(lay_over(image, mask, WARM), _FACTOR)
        outlined = drawn if scene.truth is None else draw_outline(drawn, scene.truth[..., None].astype(float), COOL)
        title = " · ".join(filter(None, [words["prediction"], scene.scores[scene.shown]]))
        found.append(Illustration(title, words["prediction_alt"], outlined))
    return tuple(found)
