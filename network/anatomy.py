"""The parts of every slice: trunk, large organs, spine and vessels. NumPy only."""

from math import atan2, cos, sin

import numpy as np

from network.scene import BONE, FAT, MUSCLE, Scene
from network.shapes import Point, cover, ellipse, paint, plain_grid


def trunk(scene: Scene) -> np.ndarray:
    """Table, skin, fat, muscle wall with ribs, and the fat of the cavity; returns the body's coverage of each pixel."""
    table = np.abs(ellipse(plain_grid(), (0, scene.radii[1] - 85), (200, 90))) - 2
    paint(scene.image, cover(table), -90.0)
    outline = ellipse(scene.grid, (0, 0), scene.radii)
    body = scene.add(outline, 10.0, 0.3)
    scene.add(outline + 1.5, FAT + 6 * scene.noise(6), 0.2)
    wall = outline + scene.fat
    scene.add(wall, MUSCLE + 5 * scene.noise(4), 0.8)
    _ribs(scene)
    scene.add(wall + scene.between(3.5, 6), FAT + 12 + 8 * scene.noise(9), 0.8)
    for side in (-1, 1):
        for centre, radii in (((side * 17, scene.back + 12), (13, 9)), ((side * 17, scene.back - 4), (7, 9))):
            part = scene.near(centre, 18)
            part.add(ellipse(part.grid, centre, radii, side * 0.35), MUSCLE)
    return body


def _ribs(scene: Scene) -> None:
    """Two to five pieces of rib on each side, in the muscle wall."""
    across, down = scene.radii[0] - scene.fat - 2, scene.radii[1] - scene.fat - 2
    for side in (-1, 1):
        start, step = scene.between(-0.6, -0.2), scene.between(0.3, 0.45)
        for angle in start + step * np.arange(scene.rng.integers(2, 6)):
            centre = (side * across * cos(angle), down * sin(angle))
            along = atan2(down * cos(angle), -side * across * sin(angle))
            part = scene.near(centre, 9)
            part.add(ellipse(part.grid, centre, (4.5, 1.9), along), 300.0, 0.3)


def large_organs(scene: Scene) -> None:
    """Liver, spleen, stomach with its air, and both kidneys."""
    across, down = scene.radii[0] - scene.fat, scene.radii[1] - scene.fat
    size = scene.between(0.75, 1.1)
    liver = 60 + 50 * scene.contrast + 5 * scene.noise(5)
    scene.add(ellipse(scene.grid, (-0.58 * across, -0.12 * down), (22 * size, 29 * size), 0.35), liver, 1.5)
    spleen = (0.70 * across, 0.12 * down)
    part = scene.near(spleen, 26)
    part.add(ellipse(part.grid, spleen, (8, 18 * size), -0.3), 55 + 65 * scene.contrast + 4 * part.noise(3), 1.0)
    _stomach(scene.near((0.40 * across, -0.50 * down), 26), (0.40 * across, -0.50 * down), size)
    for side in (-1, 1):
        centre = (side * scene.between(32, 37), scene.back - scene.between(2, 10))
        _kidney(scene.near(centre, 20), centre, side)


def _stomach(scene: Scene, centre: Point, size: float) -> None:
    """A wall as bright as the target, fluid, and air above the fluid (the patient lies supine)."""
    outline = ellipse(scene.grid, centre, (16 * size, 10 * size), -0.3)
    scene.add(outline, scene.gland, 1.0)
    scene.add(outline + 2.5, scene.between(5, 40), 1.0)
    surface = scene.grid[1] - np.float32(centre[1] - scene.between(0, 4))
    scene.add(np.maximum(outline + 3, surface), -700.0, 0.3)


def _kidney(scene: Scene, centre: Point, side: int) -> None:
    """A kidney: bright cortex, darker medulla, fat in the middle that opens towards the spine."""
    outline = ellipse(scene.grid, centre, (8.5, 12), side * scene.between(-0.4, 0.1))
    scene.add(outline, 40 + 150 * scene.contrast)
    scene.add(outline + 3.5, 35 + 80 * scene.contrast, 1.0)
    scene.add(ellipse(scene.grid, (centre[0] - side * 4, centre[1]), (5, 3.5)), -60.0, 0.8)


def spine(scene: Scene) -> None:
    """Vertebra, canal and processes."""
    grid, back = scene.grid, scene.back
    scene.add(ellipse(grid, (0, back + 17), (2, 7)), BONE, 0.4)
    for side in (-1, 1):
        scene.add(ellipse(grid, (side * 10, back + 10), (9, 2.5), side * 0.4), BONE, 0.4)
    vertebra = ellipse(grid, (0, back), (12.5, 9.5))
    scene.add(vertebra, BONE, 0.5)
    scene.add(vertebra + 1.8, 190 + 30 * scene.noise(3), 0.4)
    scene.add(ellipse(grid, (0, back + 11.5), (5.5, 4)), 35.0, 0.3)


def vessels(scene: Scene) -> None:
    """Aorta and vena cava in front of the spine."""
    front = scene.back - 14
    scene.add(ellipse(scene.grid, (5, front), (4.6, 4.6)), 40 + 210 * scene.contrast, 0.3)
    scene.add(ellipse(scene.grid, (-8, front + 1), (6, 4.2)), 40 + 110 * scene.contrast, 0.4)
