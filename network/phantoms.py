"""Generated slices that look like abdominal CT, with ground truth: the same seed gives the same slice.

A slice is (160, 160, 1) float32 in 0..1, the ground truth (160, 160, 1) float32 of 0 and 1. The target's mean
brightness is drawn from the same range as that of its look-alikes (`network.glands`), so brightness alone does not
identify it; neither does its position, which varies. About 200 slices per second. NumPy only.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from network.anatomy import large_organs, spine, trunk, vessels
from network.glands import look_alikes, target
from network.scene import Scene


@dataclass(frozen=True)
class Phantom:
    """One slice with its ground truth.

    Attributes:
        image: (160, 160, 1) float32, 0..1, as a radiologist's window shows it.
        target: (160, 160, 1) float32 of 0 and 1, the target organ.
        body: (160, 160, 1) float32 of 0 and 1, everything inside the skin, the target included.
    """

    image: np.ndarray
    target: np.ndarray
    body: np.ndarray


def phantom(seed: int) -> Phantom:
    """The slice of this seed, a non-negative integer."""
    scene = Scene(seed)
    body = trunk(scene)
    centre = (scene.between(-15, 19), scene.back - scene.between(25, 38))
    look_alikes(scene, centre)
    large_organs(scene)
    target(scene.near(centre, 36), centre)
    spine(scene.near((0, scene.back), 30))
    vessels(scene.near((0, scene.back - 14), 20))
    return Phantom(*(plane[..., None] for plane in (_scan(scene), _whole(scene.truth), _whole(body))))


def _whole(share: np.ndarray) -> np.ndarray:
    """1 where the organ fills more than half of the pixel, else 0."""
    return (share > 0.5).astype(np.float32)


def phantoms(seeds: Iterable[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Images, targets and bodies of the seeds, each (n, 160, 160, 1) float32."""
    made = [phantom(int(seed)) for seed in seeds]
    images, targets, bodies = ([getattr(one, name) for one in made] for name in ("image", "target", "body"))
    return np.stack(images), np.stack(targets), np.stack(bodies)


def _scan(scene: Scene) -> np.ndarray:
    """The image after scanner and window: shading, two kinds of noise, level and width; 0..1."""
    rng = scene.rng
    shading = scene.between(0, 10) * scene.noise(90)
    white = rng.standard_normal(scene.image.shape, dtype=np.float32)
    noise = scene.between(6, 14) * white + scene.between(3, 9) * scene.noise(2)
    level, width = scene.between(20, 65), scene.between(320, 460)
    shown = np.clip((scene.image + shading + noise - level) / width + 0.5, 0, 1)
    # 256 grey levels, as in an image file: a stored or uploaded slice equals the one that the network saw.
    return np.round(255 * shown).astype(np.float32) / np.float32(255)
