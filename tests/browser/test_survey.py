"""The Survey page in a real browser: the strip by mouse and keyboard, one click to the image."""

import pytest

pytestmark = pytest.mark.browser
CARD = ".survey-strip .card"


def test_from_the_strip_to_the_image(open_page):
    """Arrows move along the strip; Enter opens the slice on the gate page, at the gate that was shown."""
    page = open_page("Survey?gate=gate40_gated")
    page.locator(CARD).first.wait_for()
    assert page.locator(CARD).count() == 48
    page.locator(CARD).first.focus()
    page.keyboard.press("ArrowRight")
    second = page.locator(CARD).nth(1)
    assert second.evaluate("one => one === one.getRootNode().activeElement")
    seed = second.locator(".name").inner_text().removeprefix("seed ")
    page.keyboard.press("Enter")
    page.wait_for_url("**/Attention_gate?**")
    assert f"slice_seed={seed}" in page.url
    assert "gate=40" in page.url
    assert page.errors == []
