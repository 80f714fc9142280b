"""The small pictures of a card."""

import numpy as np

from core.gates import run_gate
from ui.gallery.cards import mini_of
from ui.views.thumbnails import indexed_picture, limits_of


def test_many_positions_are_means_over_blocks():
    """Weights of 5 x 13 positions, two to a block but for the last one; of 7 x 9 they stay as they are."""
    for shape, block in (((1, 5, 13, 5), 2), ((1, 7, 9, 5), 1)):
        x = 5 * np.random.default_rng(3).normal(size=shape).astype(np.float32)
        step = run_gate("multi-head", x, seed=3).step("weights")
        plane = step.value[0, 0]
        starts = range(0, len(plane), block)
        wanted = np.array([[plane[r : r + block, c : c + block].mean() for c in starts] for r in starts])
        levels, table = indexed_picture(wanted, limits_of(np.zeros(1), wanted))
        found = mini_of(step, 0, shape, None)
        assert found.table == table
        np.testing.assert_allclose(found.levels.astype(int), levels.astype(int), atol=1)
