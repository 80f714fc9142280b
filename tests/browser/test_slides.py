"""Merge lab, story and quiz in a real browser: sizes, keys, steps that open at their top, pasted arrays."""

import pytest

from tests.browser.findings import serious_in_both_themes
from tests.browser.windows import WINDOWS, boxes, resized
from tests.conftest import settle

pytestmark = pytest.mark.browser
CANVASES = ".tensor-view canvas.base"
SCROLLED = "document.querySelector('[data-testid=stMain]').scrollTop"


def test_large_choices_and_growing_panels(open_page):
    """The choices of a question are large buttons; the panels of the lab grow with the window."""
    page = open_page("Story?part=quiz")
    choices = page.locator(".st-key-quiz_choices button").all()
    assert all(choice.bounding_box()["height"] >= 48 for choice in choices)
    page = open_page("Merge_lab")
    widths = []
    for window in WINDOWS:
        resized(page, window)
        left, _, right, _ = boxes(page, CANVASES)[2]
        widths.append(right - left)
    assert widths == sorted(widths)
    assert widths[-1] > 1.2 * widths[0]


def test_keys_answer_a_question(open_page):
    """1 to 4 press the choices; the tally counts, and the merge is shown."""
    page = open_page("Story?part=quiz")
    page.locator(".st-key-quiz_picture").wait_for()
    page.wait_for_selector("#mergescope-curtain", state="attached")  # from now on the page listens to keys
    settle(page)
    page.keyboard.press("2")
    page.wait_for_function("location.search.includes('said=1')")
    settle(page)
    page.get_by_text("of 1 correct").wait_for()
    assert page.locator(".st-key-quiz_picture").count() == 0
    assert page.get_by_text("of 1 correct").is_visible()
    page.keyboard.press("ArrowRight")
    page.get_by_role("heading", level=1, name="Question 2 of 8").wait_for()


def test_every_step_opens_at_its_top(open_page):
    """In a window that is too small, scrolled down, the next step begins at the top."""
    page = open_page("Story?step=10", viewport={"width": 1280, "height": 420})
    page.locator(CANVASES).first.wait_for()
    for step in (11, 12, 13):
        page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 300)")
        page.keyboard.press("ArrowRight")
        page.wait_for_function(f"location.search.includes('step={step}')")
        settle(page)
        page.wait_for_function(f"{SCROLLED} === 0")


def test_pasted_arrays(open_page):
    """Two arrays as people have them become the inputs; nonsense stays in the box, with the reason below it."""
    page = open_page("Merge_lab?op=Add")
    page.get_by_role("button", name="Paste").click()
    box = page.get_by_label("Keras error, shapes or arrays")
    box.fill("a = np.arange(25).reshape(5, 1, 5)\nb = np.arange(50, 150).reshape(5, 4, 5)")
    page.get_by_role("button", name="Read").click()
    page.wait_for_function("!document.querySelector('[data-testid=stPopoverBody]')")
    settle(page)
    assert page.locator(".tensor-view .sum").inner_text() == "(0, 0, 0): 50 = 0 + 50"
    page.get_by_role("button", name="Paste").click()
    box.fill("hello")
    page.get_by_role("button", name="Read").click()
    page.locator("[data-testid=stPopoverBody] [data-testid=stAlert]").wait_for()
    assert box.input_value() == "hello"


@pytest.mark.parametrize(
    "path", ["Merge_lab", "Merge_lab?s0=2,20,20,256&s1=2,20,20", "Story?step=4", "Story?part=quiz&said=0"]
)
def test_nothing_serious_for_axe(open_page, path):
    """In both themes."""
    assert serious_in_both_themes(open_page(path)) == []
