"""Parts of a line that do not run into each other in the narrowest window that is promised."""

from itertools import combinations

import pytest

from core.gates.map_changes import MAP_CHANGES
from tests.browser.windows import WINDOWS, boxes

pytestmark = pytest.mark.browser

WIDTH, HEIGHT = WINDOWS[0]
CONTROLS = ", ".join(f".st-key-controls [data-testid={name}]" for name in ("stSelectbox", "stPopover", "stAlert"))
SLIDERS = ".slider.reel .name, .slider.reel input, .slider.reel output"
ADJUSTED = [row.name for row in MAP_CHANGES.values() if row.amounts]


def overlapping(page, selector):
    """The pairs of boxes of which more than a pixel in both directions is the same; and how many boxes there are."""
    found = [box for box in boxes(page, selector) if box[2] > box[0]]
    pairs = [
        (one, other)
        for one, other in combinations(found, 2)
        if min(one[2], other[2]) - max(one[0], other[0]) > 1 and min(one[3], other[3]) - max(one[1], other[1]) > 1
    ]
    return pairs, len(found)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", ["Gate_gallery?which=no_such_gate", "Attention_gate?gate=33&map=no_map&number=99"])
def test_what_is_wrong_with_a_link_stands_beside_no_menu(open_page, path, language):
    page = open_page(f"{path}&lang={language}", viewport={"width": WIDTH, "height": HEIGHT})
    alerts = boxes(page, ".st-key-controls [data-testid=stAlert]")
    assert len(alerts) == path.count("=")
    pairs, count = overlapping(page, CONTROLS)
    assert pairs == []
    assert count > len(alerts) + 2
    for left, top, right, bottom in alerts:
        assert left >= 0
        assert top >= 0
        assert right <= WIDTH
        assert 20 < bottom - top < 150


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("change", ADJUSTED)
def test_sliders_of_a_changed_map_do_not_touch(open_page, change, language):
    page = open_page(f"Attention_gate?map={change}&lang={language}", viewport={"width": WIDTH, "height": HEIGHT})
    pairs, count = overlapping(page, SLIDERS)
    assert pairs == []
    assert count == 3 * (1 + len(MAP_CHANGES[change].amounts))
