"""Every page in three windows, normal and presenting, in both languages: all of it in the window, and nothing jumps."""

import pytest

from tests.browser.slow_server import SlowServer
from tests.browser.windows import WINDOWS, outside, overflow, resized
from tests.conftest import settle
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.browser

PANELS, READING, FOOT = "canvas.base", ".text", ".st-key-story_foot"
SLIDE = {"h1": 1, ".st-key-story_text": 1, PANELS: 3, FOOT: 1}
PAGES = {  # path: selectors of what is on the first screen, and how many of each
    "": {"h1": 1, PANELS: 3, READING: 1},
    "Merge_lab": {".st-key-lab_call": 1, PANELS: 3, READING: 1},
    "Merge_lab?s0=2,20,20,256&s1=2,20,20": {".st-key-lab_call": 1, "[data-testid=stCode]": 1},
    "Attention_gate": {"h1": 1, PANELS: 3, READING: 1, ".wall": 2, ".scan": 1, ".prediction": 1, ".notes": 1},
    "Gate_gallery": {"h1": 1, ".gate-wall .card": 13},
    "Gate_gallery?which=se": {"h1": 1, PANELS: 3, READING: 1, ".strip svg": 1},
    "Gate_gallery?which=attention&two=1": {"h1": 1, PANELS: 4, READING: 1},
    "Gate_gallery?which=attention&part=steps": {"h1": 1, ".model-graph svg": 1},
    "Model_inspector": {"h1": 1, ".merge-list": 1, ".model-graph svg": 1, PANELS: 3, READING: 1},
    "Story": SLIDE | {READING: 1},
    "Story?step=5": SLIDE | {PANELS: 2},
    "Story?step=12": SLIDE,
    "Story?part=quiz": {"h1": 2, ".st-key-quiz_choices button": 4, PANELS: 2, FOOT: 1},
    "Story?part=quiz&said=0": {"h1": 1, ".st-key-quiz_choices button": 4, PANELS: 2, FOOT: 1},
}

# Notes what shifts from the first paint on; and, in a link to a stage, the parts of an ordinary page that are painted.
WATCH = """() => {
    window.shifts = [];
    window.flashes = [];
    new PerformanceObserver((list) => {
        for (const { value, hadRecentInput, sources } of list.getEntries()) {
            const names = sources.map(({ node }) => node?.className || node?.parentElement?.className || "?");
            if (!hadRecentInput) window.shifts.push([value, names.join(" | ").slice(0, 300)]);
        }
    }).observe({ type: "layout-shift", buffered: true });
    const parts = ["stHeader", "stToolbar", "stSidebar", "stAppSkeleton"].map((name) => `[data-testid=${name}]`);
    const painted = (one) => one.getClientRects().length > 0 && getComputedStyle(one).visibility === "visible";
    const look = () => {
        const found = parts.filter((part) => [...document.querySelectorAll(part)].some(painted));
        if (parseFloat(getComputedStyle(document.documentElement).fontSize) < 18) found.push("small type");
        for (const one of found) if (!window.flashes.includes(one)) window.flashes.push(one);
        if (location.search.includes("present=1")) requestAnimationFrame(look);
    };
    if (location.search.includes("present=1")) look();
}"""


@pytest.fixture(scope="session")
def visited_address(app_address, visitor):
    """A server that has sent a page before: under `streamlit run app.py` the very first has Streamlit's own style."""
    page = visitor.new_page()
    page.goto(app_address)
    settle(page)
    page.close()
    return app_address


def open_watched(open_tab, address, path, language, *, present, slowly=False):
    """The page when it is complete in the smallest window; slowly: each element comes by itself."""
    width, height = WINDOWS[0]
    page = open_tab(viewport={"width": width, "height": height})
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(f"({WATCH})()")
    server = SlowServer(page, holds=True) if slowly else None
    page.goto(f"{address}/{path}{'&' if '?' in path else '?'}lang={language}{'&present=1' if present else ''}")
    if server:
        server.drip()
    for selector in PAGES[path]:
        page.locator(selector).first.wait_for(state="attached")
    settle(page)
    return page


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("language", "present"), [("en", False), ("zh", True)])
def test_a_page_fits_every_window(open_tab, visited_address, path, language, present):
    """Opened as a page or a stage, then turned into the other: all parts are in the window; a stage never scrolls."""
    page = open_watched(open_tab, visited_address, path, language, present=present)
    assert sum(value for value, _ in page.evaluate("window.shifts")) < 0.05, page.evaluate("window.shifts")
    wrong = {}
    for presenting in (present, not present):
        if presenting != present:
            page.evaluate("document.querySelector('.st-key-present_button button').click()")
            turned = "on => document.documentElement.hasAttribute('data-mergescope-present') === on"
            page.wait_for_function(turned, arg=presenting)
            settle(page)
        for window in WINDOWS:
            resized(page, window)
            found = outside(page, window, PAGES[path])
            scrolls = overflow(page) if presenting else 0
            if found or scrolls > 2:
                wrong[window, presenting] = found, scrolls
    assert wrong == {}


@pytest.mark.parametrize(
    "path",
    ["Merge_lab", "Gate_gallery?which=se", "Gate_gallery?which=attention&two=1", "Story?step=5", "Story?part=quiz"],
)
def test_nothing_jumps_however_slowly_a_page_comes(open_tab, visited_address, path):
    """Each element is painted before the next one comes."""
    page = open_watched(open_tab, visited_address, path, "en", present=False, slowly=True)
    assert sum(value for value, _ in page.evaluate("window.shifts")) < 0.05, page.evaluate("window.shifts")


def test_nothing_jumps_when_a_graph_comes_after_the_picture_below_it(open_tab, visited_address):
    """Its script is held until the heatmaps are painted."""
    held = []
    page = open_tab(viewport={"width": 1280, "height": 720})
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(f"({WATCH})()")
    page.route("**/model_graph-*.js", lambda route: held.append(route))  # noqa: PLW0108  # Playwright marks it
    page.goto(f"{visited_address}/Gate_gallery?which=attention&part=steps", wait_until="commit")
    page.locator("canvas.base[data-painted]").last.wait_for()
    assert held
    for route in held:
        route.continue_()
    page.locator(".model-graph svg").wait_for()
    settle(page)
    assert sum(value for value, _ in page.evaluate("window.shifts")) < 0.05, page.evaluate("window.shifts")


def test_a_stage_is_a_stage_from_the_first_paint(open_tab, visited_address):
    """No header, no sidebar, no grey placeholder of the page and no small type in any frame."""
    for path in ("Attention_gate", "Story"):
        page = open_watched(open_tab, visited_address, path, "en", present=True)
        assert page.evaluate("window.flashes") == []


@pytest.mark.parametrize("window", [*WINDOWS, (390, 844)])
def test_the_code_of_the_link_is_seen_whole(open_page, window):
    """The QR code, the address and both downloads, without scrolling."""
    page = open_page("Merge_lab?s0=2,3,5&s1=2,1,5", viewport={"width": window[0], "height": window[1]})
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("button", name="Share").click()
    link = "[data-testid=stPopoverBody] .st-key-share_link"
    page.locator(f"{link} img").wait_for()
    settle(page)
    parts = {f"{link} img": 1, f"{link} [data-testid=stCode]": 1, f"{link} [data-testid=stDownloadButton]": 2}
    assert outside(page, window, parts) == []
