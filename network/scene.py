"""A slice under construction: the patient's measures, the warped grid, the Hounsfield image and the ground truth.

Values are Hounsfield units: air -1000, fat -100, water 0, bone 300 and more. Lengths are pixels from the middle of
the slice, x to the viewer's right (the patient's left), y down (the patient's back). NumPy only.
"""

from copy import copy

import numpy as np

from network.shapes import SIZE, Grid, Point, Wobble, cover, paint, smooth_field, warped_grid

FAT, MUSCLE, WATER, BONE, AIR = -100.0, 55.0, 8.0, 420.0, -1000.0


class Scene:
    """A slice under construction: Hounsfield image, ground truth, warped grid and the patient's measures."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.grid: Grid = warped_grid(self.rng, 2.0)
        self.edge = Wobble(self.rng, 13)
        self.lobes = Wobble(self.rng, 7)
        self.image = np.full((SIZE, SIZE), AIR, np.float32)
        self.truth = np.zeros((SIZE, SIZE), np.float32)  # the target's coverage of each pixel
        self.contrast = self.between(0, 1)  # amount of contrast agent, 0 to 1
        self.radii = (self.between(62, 74), self.between(50, 60))
        self.fat = self.between(3, 11)
        self.back = self.radii[1] - self.fat - self.between(20, 23)  # middle of the vertebra, px below the centre
        self.gland = self.between(20, 45) + 60 * self.contrast  # brightness of the target and of its look-alikes

    def between(self, low: float, high: float) -> float:
        """A uniform random number from `low` to `high`."""
        return float(self.rng.uniform(low, high))

    def near(self, centre: Point, reach: float) -> "Scene":
        """The same scene cropped to the square `reach` px around `centre`: drawing an organ then takes a tenth."""
        left, top = (max(0, int(middle + SIZE / 2 - reach)) for middle in centre)
        right, bottom = (max(0, int(middle + SIZE / 2 + reach + 1)) for middle in centre)
        window = np.s_[top:bottom, left:right]
        part = copy(self)
        part.grid = (self.grid[0][window], self.grid[1][window])
        part.image, part.truth = self.image[window], self.truth[window]
        return part

    def noise(self, grain: float) -> np.ndarray:
        """Noise of unit standard deviation with a grain of `grain` px, in the shape of the scene."""
        rows, columns = self.image.shape
        return smooth_field(self.rng, grain, max(rows, columns))[:rows, :columns]

    def add(self, distance: np.ndarray, value: np.ndarray | float, uneven: float = 0.7) -> np.ndarray:
        """Draw the shape over the image, with an edge uneven by `uneven` px; returns its coverage of each pixel."""
        share = cover(distance + self.edge.cut(uneven, distance.shape))
        paint(self.image, share, value)
        paint(self.truth, share, 0.0)
        return share
