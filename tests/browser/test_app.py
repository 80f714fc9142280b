"""The real app in a real Chromium: what a person sees, reads, clicks and shares."""

import pytest

from tests.browser.findings import serious_in_both_themes
from tests.conftest import running_app, settle
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.browser

PAGES = [
    "", "Merge_lab", "Merge_lab?op=Multiply&s0=2,20,20,256&s1=2,20,20",
    "Survey", "Story?step=5", "Story?step=10", "Story?part=quiz&q=2&said=-0",
]  # fmt: skip
VIEW = ".tensor-view"


def read(page) -> str:
    """All text of the page, the tensor view included."""
    return page.locator("[data-testid=stMainBlockContainer]").inner_text() + "\n".join(
        page.locator(VIEW).all_inner_texts()
    )


def open_table(page, name="Alignment table"):
    """Open the table below the picture."""
    page.locator("summary").filter(has_text=name).click()


def test_the_notes_example_read_off_the_screen(open_page):
    """The first picture of the lab tells where its first number comes from: 0 = 0 × 50; the table names the axes."""
    page = open_page("Merge_lab")
    page.locator(VIEW).wait_for()
    page.wait_for_function("document.body.innerText.includes('1 ⇒ 4 broadcast')")
    page.locator(VIEW).get_by_text("(0, 0, 0): 0 = 0 × 50").first.wait_for()
    open_table(page)
    page.get_by_text("1 stretched").wait_for()
    page.get_by_text("(5, 1, 5), (5, 4, 5) → (5, 4, 5)").wait_for()
    shape = page.get_by_label("Shape of input 1")
    shape.fill("5,3,5")
    shape.press("Enter")
    page.get_by_text("(5, 1, 5), (5, 3, 5) → (5, 3, 5)").wait_for()  # it stays open
    open_table(page)
    page.get_by_text("1 stretched").wait_for(state="detached")
    open_table(page)
    page.get_by_text("1 stretched").wait_for()
    assert not page.errors


def test_the_real_layer_agrees(open_page):
    """After a while the page says that Keras gives the same values, bit-exact."""
    page = open_page("Merge_lab")
    page.get_by_text("Same values as Keras", exact=False).wait_for(timeout=PATIENCE_MS)
    assert "bit-exact" in read(page)


def test_a_fix_is_applied_by_its_button(open_page):
    """The button fixes the shapes, on screen and in the link."""
    page = open_page("Merge_lab?op=Multiply&s0=2,20,20,256&s1=2,20,20")
    page.get_by_text("Inputs have incompatible shapes. Received shapes (20, 20, 256) and (20, 20)").first.wait_for()
    page.get_by_text("Insert a size-1 axis at position 3 of input 1").first.wait_for()
    page.get_by_role("button", name="Apply fix 1").click()
    open_table(page)
    page.get_by_text("→ (2, 20, 20, 256)").wait_for()
    assert page.get_by_label("Shape of input 1").input_value() == "2,20,20,1"
    page.wait_for_function("decodeURIComponent(location.search).includes('s1=2,20,20,1')")


def test_another_visitor_comes_between_two_acts(open_page, monkeypatch):
    """The number of visitors at the foot of the side bar changes without a run of the whole page."""
    monkeypatch.setenv("MERGESCOPE_SANDBOX", "off")  # else the state of Keras is there from the first run on
    with running_app() as address:
        first = open_page("", address=address)
        open_page("Merge_lab", address=address)
        first.get_by_role("radio", name="+").click()
        first.locator(VIEW).get_by_text("(0, 0, 0): 50 = 0 + 50").first.wait_for()
        first.get_by_test_id("stExpandSidebarButton").click()
        first.get_by_text("2 visitors").wait_for()
        assert first.locator("[data-testid=stException]").count() == 0


def test_a_pasted_text_that_cannot_be_read_is_corrected(open_page):
    """The text stays in its line on Home, with the reason below it; corrected, it opens the lab."""
    page = open_page("")
    line = page.get_by_label("Your Keras error, or two shapes")
    at = line.bounding_box()
    line.fill("RuntimeError: The size of tensor a (3) must match")
    line.press("Enter")
    reason = page.get_by_test_id("stAlert").filter(has_text="No shapes were found in this text.")
    reason.wait_for()
    settle(page)
    assert line.input_value() == "RuntimeError: The size of tensor a (3) must match"
    assert line.bounding_box() == at, "the line does not move"
    assert reason.bounding_box()["y"] >= at["y"] + at["height"]
    line.fill("（2，3）和（2，4）")
    line.press("Enter")
    page.wait_for_url("**/Merge_lab?**")
    settle(page)
    assert [page.get_by_label(f"Shape of input {number}").input_value() for number in (0, 1)] == ["2,3", "2,4"]
    assert not page.errors


def test_one_back_from_a_pasted_merge(open_page):
    """The lab drops nothing of the link by which it is opened, so Home is the state before."""
    page = open_page("")
    line = page.get_by_label("Your Keras error, or two shapes")
    line.fill("(2,3) (2,4)")
    line.press("Enter")
    page.wait_for_url("**/Merge_lab?s0=2%2C3&s1=2%2C4")
    settle(page)
    page.go_back()
    page.get_by_label("Your Keras error, or two shapes").wait_for()
    assert "/Merge_lab" not in page.url


def test_the_menu_of_examples_has_no_cross(open_page):
    """It names the example on screen: clearing it would change nothing."""
    page = open_page("Merge_lab")
    page.get_by_label("Example", exact=True).wait_for()
    assert page.get_by_label("Clear value").count() == 0


def test_an_unknown_language_is_said_on_the_page(open_page):
    """The sidebar with the menu of languages is closed at first."""
    page = open_page("?lang=xx")
    page.get_by_text("The link asks for xx").wait_for()


def test_back_takes_a_change_back(open_page):
    """The browser's Back undoes the last change of a control."""
    page = open_page("Merge_lab")
    page.get_by_label("Shape of input 0").fill("5,4,5")
    page.keyboard.press("Enter")
    page.wait_for_function("decodeURIComponent(location.search).includes('s0=5,4,5')")
    settle(page)
    page.go_back()
    page.wait_for_function("!location.search.includes('s0')")
    page.get_by_text("1 ⇒ 4 broadcast").wait_for()
    open_table(page)
    page.get_by_text("1 stretched").wait_for()
    assert page.get_by_label("Shape of input 0").input_value() == "5,1,5"


def test_a_deep_link_opened_first_on_a_fresh_server(open_page):
    """The very first request to a server may be a link: frame, language and state are all there."""
    with running_app() as address:
        page = open_page("Merge_lab?op=Dot&s0=2,3,5&s1=2,5,7&axes=2,1&lang=zh", address=address)
        open_table(page, "对齐表")
        page.get_by_text("→ (2, 3, 7)").wait_for()
        assert "合并实验室" in read(page)
        assert "首页" in page.locator("[data-testid=stSidebar]").text_content()
        assert page.evaluate("document.documentElement.lang") == "zh-CN"
        assert not page.errors


def test_the_language_switch_keeps_the_state(open_page):
    """Switching to Chinese translates the page and leaves the choices alone."""
    page = open_page("Merge_lab?op=Concatenate&s0=2,3&s1=2,5")
    page.locator("[data-testid=stExpandSidebarButton]").click()
    page.get_by_label("Language").click()
    page.get_by_role("option", name="中文").click()
    page.get_by_text("合并实验室").first.wait_for()
    settle(page)
    open_table(page, "对齐表")
    page.get_by_text("→ (2, 8)").wait_for()
    assert "lang=zh" in page.url
    page.get_by_role("link", name="首页").click()
    page.wait_for_url("**/?*lang=zh*")


def test_options_are_drawn_while_their_drawer_is_open(open_page):
    """Opened by the keyboard, a seed typed, closed by Escape: values and link have it, and so has the drawer again."""
    page = open_page("Merge_lab?f0=normal&f1=normal")
    seed = page.get_by_label("Seed of random values")
    page.get_by_role("button", name="Options").focus()
    assert seed.count() == 0
    page.keyboard.press("Enter")
    seed.fill("7")
    page.keyboard.press("Enter")
    page.wait_for_function("location.search.includes('seed=7')")
    page.get_by_text("default_rng(7)").first.wait_for()
    page.keyboard.press("Escape")
    seed.wait_for(state="detached")
    settle(page)
    page.get_by_label("Shape of input 0").fill("5,1,7")
    page.keyboard.press("Enter")
    page.wait_for_function("location.search.includes('s0=5')")
    assert "seed=7" in page.url
    page.get_by_role("button", name="Options").click()
    seed.wait_for()
    assert seed.input_value() == "7"
    assert not page.errors


def test_what_is_pinned_is_in_the_link(open_page):
    """A clicked cell is in the link, and the link brings it back."""
    page = open_page("Merge_lab")
    box = page.locator(f"{VIEW} canvas.over").nth(1).bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.6)
    page.wait_for_function("location.search.includes('cell=')")
    settle(page)
    again = open_page(page.url.split("/", 3)[3])
    told = [line for line in read(page).splitlines() if " = " in line and "×" in line]
    assert told
    again.locator(VIEW).get_by_text(told[0]).first.wait_for()


@pytest.mark.parametrize("path", PAGES)
def test_accessibility_and_quiet(open_page, path):
    """No serious finding of axe, nothing loaded from elsewhere, no error, in either theme."""
    page = open_page(path)
    assert serious_in_both_themes(page) == []
    assert page.foreign == []
    assert page.errors == []


def test_nonsense_from_the_outside_stays_text(open_page):
    """Markup in a link is shown as text: nothing is run, nothing fetched."""
    page = open_page("Merge_lab?s0=%3Cimg%20src%3Dhttp://x.test/a.png%3E&op=![a](http://x.test/b.png)")
    assert page.foreign == []
    assert page.errors == []
    assert "is not one of the choices here" in read(page)
