"""The look-up tables: even steps, and safe for colour-blind people."""

import numpy as np
import pytest

from core.tensor_view.colours import COLOURS, MIDDLE, colours


@pytest.mark.parametrize("name", COLOURS)
def test_colours_are_even_and_safe(name):
    """Lightness runs one way (from the middle both ways), in steps without jumps, also for colour-blind people."""
    table = colours(name)
    assert table.shape == (256, 3)
    assert table.dtype == np.uint8
    assert not table.flags.writeable
    light = table.astype(float) @ [0.2126, 0.7152, 0.0722]
    if name == "diverging":
        assert light.argmax() == MIDDLE
        assert len(set(table[MIDDLE].tolist())) == 1, "zero is grey"
        assert (np.diff(light[:MIDDLE]) >= -0.8).all()
        assert (np.diff(light[MIDDLE:]) <= 0.8).all()
        assert np.abs(as_seen(table[30]) - as_seen(table[2 * MIDDLE - 30])).max() > 60, "below and above zero differ"
    else:
        assert (np.diff(light) >= -0.8).all()
        assert np.abs(np.diff(light)).max() < 4


def as_seen(colour):
    """By a person without red cones (Viénot, Brettel, Mollon 1999)."""
    linear = (np.asarray(colour) / 255) ** 2.2
    cones = np.array([[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]]) @ linear
    return 255 * np.clip(cones, 0, 1) ** (1 / 2.2)
