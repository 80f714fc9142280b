"""The scene of a tensor view on its way to the browser: the image and the masks as bytes."""

from __future__ import annotations

from typing import Any

import numpy as np

from .model import Array, Scene
from .numbers import digest_of

_WORD = 4  # bytes of a float32, as which the bytes cross


def scene_plan(scene: Scene | None) -> tuple[dict[str, Any] | None, dict[str, Array]]:
    """What the browser needs to draw a scene, and its bytes by digest; (None, {}) without one.

    The bytes are the image, then the ground truth and the predictions with eight positions in a byte, the first in the
    highest bit, each mask padded to whole bytes. They cross in the row of float32 values as they are.

    Args:
        scene: of the view.

    Raises:
        ValueError: the masks do not fit the image, or there is not one score for each prediction.
    """
    if scene is None:
        return None, {}
    _check(scene)
    masks: Array = scene.predictions if scene.truth is None else np.concatenate([scene.truth[None], scene.predictions])
    packed = np.packbits(masks.astype(np.bool_).reshape(len(masks), scene.image.size), axis=1)
    raw = np.concatenate([scene.image.ravel(), packed.ravel()]).astype(np.uint8)
    row: Array = np.pad(raw, (0, -raw.size % _WORD)).view("<f4")
    digest = digest_of(row)
    plan = {
        "digest": digest, "height": scene.image.shape[0], "width": scene.image.shape[1],
        "truth": scene.truth is not None, "predictions": len(scene.predictions), "scores": list(scene.scores),
        "shown": scene.shown, "byReel": {name: list(numbers) for name, numbers in scene.by_reel.items()},
        "notes": list(scene.notes),
    }  # fmt: skip
    return plan, {digest: row}


def _check(scene: Scene) -> None:
    size, count = scene.image.shape, len(scene.predictions)
    masks = [scene.predictions[0]] if count else []
    masks += [] if scene.truth is None else [scene.truth]
    if len(size) != 2 or any(mask.shape != size for mask in masks) or len(scene.scores) != count:
        raise ValueError(
            f"The image has the shape {size}, the masks {[mask.shape for mask in masks]}, and there are "
            f"{len(scene.scores)} scores for {count} predictions; masks need the shape (H, W) of the image, and each "
            "prediction a score."
        )
