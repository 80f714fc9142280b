"""Every page on a phone: nothing scrolls sideways, and the first picture is on the first screen."""

import pytest

from tests.browser.windows import boxes, resized

pytestmark = pytest.mark.browser

PHONES = [(390, 844), (360, 800)]
FIRST, PANEL = 700, 300  # y above which the first picture begins, px of its width
PAGES = {  # path: its first picture; None where the words come first
    "": "canvas.base",
    "Merge_lab": "canvas.base",
    "Merge_lab?op=Multiply&s0=2,20,20,256&s1=2,20,20": None,
    "Attention_gate?more=steps": "canvas.base",
    "Attention_gate?more=code": "canvas.base",
    "Gate_gallery": ".gate-wall .card",
    "Gate_gallery?which=attention&two=true&other=se&part=both": "canvas.base",
    "Model_inspector?mrun=stopped": ".merge-list",
    "Story?step=5": None,
    "Story?step=10": "canvas.base",
    "Story?part=quiz": "canvas.base",
    "Story?part=quiz&q=2&said=-0": None,
}

WIDE = ("", "Merge_lab", "Attention_gate?more=steps")  # one panel below the other


@pytest.mark.parametrize("path", PAGES)
def test_a_phone(open_page, path):
    """In both sizes."""
    width, height = PHONES[0]
    page = open_page(path, viewport={"width": width, "height": height})
    first = PAGES[path]
    page.locator(first or "h1").first.wait_for()
    for phone in PHONES:
        resized(page, phone)
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= phone[0]
        if first:
            left, top, right, _ = boxes(page, first)[0]
            assert top < FIRST
            assert right - left >= min(PANEL, 0.75 * phone[0]) or path not in WIDE
    assert page.errors == []
