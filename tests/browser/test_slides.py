"""Merge lab, story and quiz measured in a real browser: what a page exists for is on the first screen."""

import pytest

from tests.browser.findings import serious_in_both_themes
from tests.conftest import settle

pytestmark = pytest.mark.browser
WINDOWS = [(1280, 720), (1440, 900), (1920, 1080)]
BOX = "element => (({left, top, right, bottom}) => [left, top, right, bottom])(element.getBoundingClientRect())"
CANVASES, SUM, FOOT = ".tensor-view canvas.base", ".tensor-view .text", ".st-key-story_foot"
STILL = """async () => {  // nothing has moved for three frames
    const seen = () =>
        [...document.querySelectorAll("canvas, button, h1, p")].map((one) => one.getBoundingClientRect().top).join();
    const before = seen();
    for (let n = 0; n < 3; n++) await new Promise((done) => requestAnimationFrame(done));
    return before === seen() && !document.querySelector("[data-testid=stStatusWidget], [data-testid=stSkeleton]");
}"""
SCROLLED = "document.querySelector('[data-testid=stMain]').scrollTop"


def boxes(page, selector):
    """The boxes of all elements, as soon as there is one."""
    page.locator(selector).first.wait_for()
    return [element.evaluate(BOX) for element in page.locator(selector).all()]


def assert_inside(page, window, *selectors, floor=None):
    """Every element lies inside of the window, and above the bar of steps if there is one."""
    width, height = window
    for selector in selectors:
        page.locator(selector).first.wait_for()
    page.wait_for_function(STILL)
    bottom = height if floor is None else boxes(page, floor)[0][1]
    for selector in selectors:
        for left, top, right, low in boxes(page, selector):
            assert left >= 0, (selector, window)
            assert top >= 0, (selector, window)
            assert right <= width, (selector, window)
            assert low <= bottom + 1, (selector, window, low, bottom)


def resized(page, window):
    """Give the page another window, and wait until the panels have been drawn for it."""
    page.set_viewport_size({"width": window[0], "height": window[1]})
    page.wait_for_timeout(300)
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


@pytest.mark.parametrize("present", ["", "&present=1"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_lab_is_on_the_first_screen(open_page, language, present):
    """The call, the panels and the calculation, in each window; panels grow with it."""
    page = open_page(f"Merge_lab?lang={language}{present}")
    widths = []
    for window in WINDOWS:
        resized(page, window)
        assert_inside(page, window, ".st-key-lab_call", CANVASES, SUM)
        widths.append(boxes(page, CANVASES)[2][2] - boxes(page, CANVASES)[2][0])
    assert widths == sorted(widths)
    assert widths[-1] > 1.2 * widths[0]
    assert page.errors == []


@pytest.mark.parametrize("present", ["", "&present=1"])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("step", [1, 3, 5])
def test_a_step_needs_no_scrolling(open_page, step, language, present):
    """Title, text, panels and calculation lie above the bar of steps, and that inside of the window."""
    page = open_page(f"Story?step={step}&lang={language}{present}")
    for window in WINDOWS:
        resized(page, window)
        parts = (CANVASES,) if step == 5 else (CANVASES, SUM)  # of a rejected merge nothing is calculated
        assert_inside(page, window, "h1", ".st-key-story_text", *parts, floor=FOOT)
        assert_inside(page, window, FOOT)
        assert page.evaluate(SCROLLED) == 0


@pytest.mark.parametrize("present", ["", "&present=1"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_question_needs_no_scrolling(open_page, language, present):
    """The picture of the inputs with "= ?", and the four choices as large buttons."""
    page = open_page(f"Story?part=quiz&lang={language}{present}")
    for window in WINDOWS:
        resized(page, window)
        assert_inside(page, window, ".st-key-quiz_choices button", CANVASES, ".st-key-quiz_picture h1", floor=FOOT)
        assert all(low - top >= 48 for _, top, _, low in boxes(page, ".st-key-quiz_choices button"))


def test_keys_answer_a_question(open_page):
    """1 to 4 press the choices; the tally counts, and the merge is shown."""
    page = open_page("Story?part=quiz")
    page.locator(".st-key-quiz_picture").wait_for()
    page.keyboard.press("2")
    page.wait_for_function("location.search.includes('said=1')")
    settle(page)
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


@pytest.mark.parametrize("path", ["Merge_lab", "Story", "Story?part=quiz"])
def test_on_a_phone(open_page, path):
    """No sideways scrolling."""
    page = open_page(path, viewport={"width": 390, "height": 844})
    page.locator(CANVASES).first.wait_for()
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
