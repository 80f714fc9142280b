"""The comparison of two gates in a real Chromium: numbers as a table, a choice by hand, a link, both themes."""

import numpy as np
import pytest

from core.gates import pick_weights, run_gate
from core.gates.compare import compare_gates
from tests.browser.findings import serious_in_both_themes
from tests.patience import PATIENCE_MS
from ui.gallery.cards import first_channel
from ui.views.assets import arrays

pytestmark = pytest.mark.browser

VIEW = ".tensor-view"
PAIR = "Gate_gallery?which=attention&two=true&other=se&part=both"


def read(page) -> str:
    return page.locator("[data-testid=stMainBlockContainer]").inner_text()


def open_pair(open_page, **options):
    """The comparison, when the last of its pictures is there."""
    page = open_page(PAIR, **options)
    page.locator(".js-plotly-plot").wait_for(timeout=PATIENCE_MS)
    page.locator(f"{VIEW} canvas.over").nth(7).wait_for(timeout=PATIENCE_MS)
    page.locator(".strip rect").first.wait_for(timeout=PATIENCE_MS)
    return page


def expected():
    """What the page should say of the recorded features: the trained attention gate against a seeded SE."""
    trace = arrays("trace_20")
    x = trace["x"][:1].astype(np.float32)
    return compare_gates(expected_trace(), run_gate("se", x))


def expected_trace():
    """The trained attention gate on the first recorded image."""
    trace = arrays("trace_20")
    x, g = (trace[name][:1].astype(np.float32) for name in "xg")
    return run_gate("attention", x, g=g, weights=pick_weights(arrays("weights"), "gate20_"))


def test_the_comparison_read_off_the_screen(open_page):
    """Cost, energy retained, distance; the last picture is the difference of the outputs."""
    page, found = open_pair(open_page), expected()
    text = read(page)
    for one in (found.first, found.second):
        assert f"{one.parameters:,}" in text
        assert f"{one.multiplications:,}" in text
        assert f"{one.kept:.1%}" in text
    assert f"Distance of the outputs: {found.distance:.1%}" in text
    channel = first_channel(expected_trace())
    np.testing.assert_allclose(table_of(page, 0), found.difference[0, :, :, channel], rtol=5e-3, atol=2e-3)
    places = found.second.by_position - found.first.by_position
    np.testing.assert_allclose(table_of(page, 2), places[0, :, :, 0], rtol=5e-3, atol=2e-3)
    assert page.errors == []


def table_of(page, number):
    """The numbers of the last picture of a view, as its table shows them: the difference."""
    view = page.locator(VIEW).nth(number)
    view.scroll_into_view_if_needed()
    view.get_by_text("Values as a table").click()
    view.locator("tbody td").nth(399).wait_for()
    cells = [float(cell.replace("−", "-")) for cell in view.locator("tbody td").all_inner_texts()]
    return np.array(cells).reshape(20, 20)


def test_another_gate_is_chosen_by_hand(open_page):
    """The menu changes picture and link; the link opened anew shows the same."""
    page = open_pair(open_page)
    page.get_by_label("Compare with", exact=True).click()
    page.get_by_role("option", name="BAM", exact=True).click()
    page.wait_for_function("location.search.includes('other=bam')")
    page.get_by_text("17,747").first.wait_for()
    again = open_page(page.url.split("/", 3)[3])
    again.get_by_text("17,747").first.wait_for()
    assert page.errors == again.errors == []


def test_accessibility_and_quiet(open_page):
    """No serious finding of axe, nothing from elsewhere, no error, in either theme."""
    page = open_pair(open_page)
    assert serious_in_both_themes(page) == []
    assert page.foreign == []
    assert page.errors == []
