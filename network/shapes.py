"""Soft shapes and smooth noise, from which the slices of `network.phantoms` are drawn.

A slice is (160, 160) float32; arrays may be cropped to a part of it. A shape is given by its signed distance in pixels:
negative inside, zero on the border (approximate away from the border). NumPy only.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

SIZE = 160
_SPARE = 96  # a noise field is larger than the slice, so that each organ can use another part of it

Point = tuple[float, float]
Grid = tuple[np.ndarray, np.ndarray]


@lru_cache(maxsize=32)
def _spline(cells: int, size: int) -> np.ndarray:
    """Interpolation of `cells` + 3 knots to `size` pixels by cubic B-splines: a (size, cells + 3) matrix."""
    position = np.arange(size) * cells / size
    distance = np.abs(position[:, None] - (np.arange(cells + 3) - 1)[None])
    near = 2 / 3 - distance**2 + distance**3 / 2
    far = np.clip(2 - distance, 0, None) ** 3 / 6
    weights = np.where(distance < 1, near, far)
    # A spline of independent knots has less than unit variance; rescale it to unit variance.
    scaled: np.ndarray = (weights / np.sqrt((weights**2).sum(axis=1).mean())).astype(np.float32)
    return scaled


def smooth_field(rng: np.random.Generator, grain: float, size: int = SIZE) -> np.ndarray:
    """Gaussian noise of zero mean and unit standard deviation, correlated over about `grain` pixels, (size, size)."""
    spline = _spline(max(2, round(size / grain)), size)
    knots = rng.standard_normal((spline.shape[1], spline.shape[1]), dtype=np.float32)
    field: np.ndarray = spline @ knots @ spline.T
    return field


def plain_grid() -> Grid:
    """Pixel coordinates (x to the right, y down), zero in the middle of the slice."""
    line = np.arange(SIZE, dtype=np.float32) - (SIZE - 1) / 2
    return np.meshgrid(line, line)


def warped_grid(rng: np.random.Generator, pixels: float) -> Grid:
    """The pixel grid warped by about `pixels`, so that ellipses drawn on it are slightly irregular."""
    x, y = plain_grid()
    return x + pixels * smooth_field(rng, 50), y + pixels * smooth_field(rng, 50)


class Wobble:
    """Uneven edges: parts of one noise field, which takes less time than a field for each organ."""

    def __init__(self, rng: np.random.Generator, grain: float) -> None:
        self._rng = rng
        self._field = smooth_field(rng, grain, SIZE + _SPARE)

    def cut(self, pixels: float, shape: tuple[int, ...]) -> np.ndarray:
        """A random part of the given shape with a standard deviation of `pixels`."""
        top, left = self._rng.integers(0, _SPARE, 2)
        return np.float32(pixels) * self._field[top : top + shape[0], left : left + shape[1]]


def _local(grid: Grid, centre: Point, angle: float) -> Grid:
    """The grid relative to `centre`, rotated by `angle` [rad]: u along the shape, v across it."""
    cosine, sine = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    x, y = grid[0] - np.float32(centre[0]), grid[1] - np.float32(centre[1])
    return cosine * x + sine * y, cosine * y - sine * x


def ellipse(grid: Grid, centre: Point, radii: Point, angle: float = 0.0) -> np.ndarray:
    """Distance [px] to an ellipse with the half axes `radii` [px], in the shape of the grid."""
    u, v = _local(grid, centre, angle)
    scaled = np.sqrt((u / np.float32(radii[0])) ** 2 + (v / np.float32(radii[1])) ** 2)
    return (scaled - 1) * np.float32(np.sqrt(radii[0] * radii[1]))


@dataclass(frozen=True)
class Rod:
    """A bent, tapering rod.

    Attributes:
        half: half the length of its axis [px].
        width: half its thickness in the middle [px].
        bend: how far the ends are to one side of the middle [px].
        taper: by what fraction it is thicker at one end and thinner at the other, -1 to 1.
        angle: direction of its axis [rad].
    """

    half: float
    width: float
    bend: float
    taper: float
    angle: float


def rod(grid: Grid, centre: Point, form: Rod) -> np.ndarray:
    """Distance [px] to the rod around `centre`, in the shape of the grid."""
    u, v = _local(grid, centre, form.angle)
    along = np.clip(u / np.float32(form.half), -1, 1)
    across = v - np.float32(form.bend) * (along**2 - np.float32(0.4))
    beyond = u - along * np.float32(form.half)
    distance: np.ndarray = np.sqrt(across**2 + beyond**2) - np.float32(form.width) * (
        1 - np.float32(form.taper) * along
    )
    return distance


def cover(distance: np.ndarray) -> np.ndarray:
    """Coverage of each pixel, 0 to 1, with an edge as soft as a scanner's (about 2 px)."""
    share: np.ndarray = np.clip(np.float32(0.5) - distance * np.float32(0.6), 0, 1)
    return share


def paint(image: np.ndarray, share: np.ndarray, value: np.ndarray | float) -> None:
    """Blend `value` into `image` (both in Hounsfield units) by the coverage `share`; modifies `image`."""
    image += share * (value - image)
