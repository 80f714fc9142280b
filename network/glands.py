"""The target organ and its look-alikes. NumPy only.

The target is a bent, tapering, lobed gland with a coarse grain, as a pancreas has. Its look-alikes have its
brightness and either its shape or its grain, never both.
"""

from math import cos, pi, sin

import numpy as np

from network.scene import FAT, WATER, Scene
from network.shapes import Point, Rod, cover, ellipse, paint, rod


def look_alikes(scene: Scene, target: Point) -> None:
    """Look-alikes around the target: a smooth gland, a node, a striped loop, plain loops of bowel."""
    kinds = (_smooth_gland, _node, _striped_loop)
    for number, centre in enumerate(_centres(scene, target)):
        draw = kinds[number] if number < len(kinds) else _bowel_loop
        draw(scene.near(centre, 28 if number < len(kinds) else 14), centre)


def _centres(scene: Scene, target: Point) -> list[Point]:
    """Up to nine positions in the cavity, apart from the target and from each other, in random order."""
    across, down = scene.radii[0] - scene.fat - 15, scene.radii[1] - scene.fat - 14
    taken: list[Point] = []
    for angle, far in zip(scene.rng.uniform(0, 2 * pi, 40), np.sqrt(scene.rng.uniform(0, 1, 40)), strict=True):
        centre = (across * far * cos(angle), down * far * sin(angle))
        away = abs(centre[0] - target[0]) > 26 or abs(centre[1] - target[1]) > 17
        apart = all((centre[0] - x) ** 2 + (centre[1] - y) ** 2 > 17**2 for x, y in taken)
        if away and apart and centre[1] < scene.back - 12:
            taken.append(centre)
    return taken[:9]


def _wrap(scene: Scene, shape: np.ndarray) -> None:
    """A thin layer of fat that separates a gland from the organ next to it."""
    paint(scene.image, np.float32(0.6) * cover(shape - np.float32(1.7)), FAT)


def _grain(scene: Scene) -> np.ndarray:
    """The coarse grain of a gland: lumps of some 4 px with darker clefts of fat between them, zero mean [HU]."""
    grain: np.ndarray = 34 * (np.minimum(scene.noise(3.6), 0.4) + np.float32(0.23))
    return grain


def target(scene: Scene, centre: Point) -> None:
    """The target organ: bent, tapering, lobed and grainy."""
    form = Rod(
        half=scene.between(15, 21),
        width=scene.between(5.5, 8),
        bend=scene.between(4, 11),
        taper=scene.rng.choice([-1, 1]) * scene.between(0.15, 0.4),
        angle=scene.between(-0.6, 0.6),
    )
    shape = rod(scene.grid, centre, form)
    shape += scene.lobes.cut(1.0, shape.shape)
    _wrap(scene, shape)
    share = cover(shape)
    paint(scene.image, share, scene.gland + scene.between(-8, 8) + _grain(scene))
    paint(scene.truth, share, 1.0)


def _smooth_gland(scene: Scene, centre: Point) -> None:
    """The shape of the target without its grain and its lobes."""
    half, width, angle = scene.between(12, 18), scene.between(4.5, 7), scene.between(-pi, pi)
    shape = rod(scene.grid, centre, Rod(half, width, scene.between(-9, 9), 0.2, angle))
    _wrap(scene, shape)
    scene.add(shape, scene.gland + scene.between(-12, 12), 0.4)


def _node(scene: Scene, centre: Point) -> None:
    """The grain of the target in a round shape."""
    radius = scene.between(6, 8.5)
    shape = ellipse(scene.grid, centre, (radius, radius * scene.between(0.85, 1.15)))
    _wrap(scene, shape)
    scene.add(shape, scene.gland + _grain(scene))


def _striped_loop(scene: Scene, centre: Point) -> None:
    """A bent loop of bowel whose folds run across it."""
    angle = scene.between(-pi, pi)
    shape = rod(scene.grid, centre, Rod(scene.between(9, 14), 6.5, scene.between(-6, 6), 0.0, angle))
    phase = (scene.grid[0] * np.float32(cos(angle)) + scene.grid[1] * np.float32(sin(angle))) * np.float32(1.5)
    _wrap(scene, shape)
    scene.add(shape, scene.gland + 24 * np.sin(phase), 0.5)


def _bowel_loop(scene: Scene, centre: Point) -> None:
    """A round loop: a wall as bright as the target, and water, pulp or air inside."""
    shape = ellipse(scene.grid, centre, (scene.between(6, 10), scene.between(6, 10)), scene.between(0, pi))
    filling = scene.rng.choice([WATER, scene.gland - 10, scene.gland + 15, -600.0], p=[0.3, 0.3, 0.3, 0.1])
    scene.add(shape, scene.gland)
    scene.add(shape + scene.between(1.5, 2.5), filling)
