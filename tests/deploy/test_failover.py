"""In a real browser, through the proxy: the app works under its own policy, and any replica can take over."""

import re
from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from tests.conftest import ROOT
from tests.deploy.hosted import heatmap, wait_until
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.browser

PAGES = ["", *(file.stem.split("_", 1)[1] for file in sorted((ROOT / "pages").glob("*.py")))]
LINK = "Merge_lab?s0=5,3,7&s1=5,1,7&cell=2,1,4&lang=zh"


@pytest.fixture
def open_hosted(chromium, site):
    """Opens a path through the proxy and collects what the console says."""
    contexts = []

    def open_path(path: str, **options):
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, "locale": "en-US", **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.complaints = []
        page.on("console", lambda message: _complains(message) and page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(f"{site.address}/{path}")
        settle(page)
        return page

    yield open_path
    for context in contexts:
        context.close()


def _complains(message) -> bool:
    """An error, but for Streamlit's own question whether the app lives below the path of a deep link: a 404 there."""
    probe = re.search(r"/\w+/_stcore/(health|host-config)$", message.location.get("url", ""))
    return message.type == "error" and not probe


def settle(page) -> None:
    """Wait until the page stands still; without `wait_for_function`, which the policy rightly forbids."""
    page.locator("[data-testid=stMainBlockContainer] h1").wait_for()
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.locator("[data-testid=stStatusWidget]").wait_for(state="detached")


def picture(page) -> np.ndarray:
    """The pixels of the output's heatmap, as the browser holds them, with its numbers in their own font."""
    canvas = page.locator(".tensor-view canvas.base[data-painted]").last
    canvas.wait_for()
    page.evaluate(
        "() => document.fonts.ready.then("
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))"
    )
    content = canvas.evaluate("canvas => canvas.toDataURL('image/png')").partition(",")[2]
    return np.asarray(Image.open(BytesIO(b64decode(content))).convert("RGB"))


def told(page) -> str:
    """The sums of the pinned cell, as text."""
    return "\n".join(line for line in page.locator(".tensor-view").inner_text().splitlines() if " = " in line)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_works_under_the_policy(open_hosted, path):
    """Nothing is blocked that the page needs: no word in the console, and the picture is there."""
    page = open_hosted(path)
    page.wait_for_timeout(1_000)
    assert page.complaints == []
    assert page.locator("[data-testid=stMainBlockContainer] h1").count() == 1


def test_components_charts_and_uploads_work_under_the_policy(open_hosted):
    """What a policy breaks first: modules from blob: addresses, Plotly, a picture, a file."""
    page = open_hosted("Merge_lab?f0=file&s1=2,3&spread=true")
    stream = BytesIO()
    np.save(stream, np.arange(6.0).reshape(2, 3))
    file = {"name": "a.npy", "mimeType": "application/octet-stream", "buffer": stream.getvalue()}
    page.locator("input[type=file]").set_input_files(file)
    heatmap(page, 2, (2, 3)).wait_for()
    assert picture(page).std() > 0
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    assert page.complaints == []


def replica_of(site, page) -> object:
    """The replica that holds the page's socket: the one that counts a session."""
    wait_until(lambda: sum(one.metrics()["mergescope_sessions"] for one in site.replicas) >= 1, "a session is counted")
    return max(site.replicas, key=lambda one: one.metrics()["mergescope_sessions"])


def test_another_replica_takes_over(open_hosted, site):
    """The replica in use is killed: the other one draws the same picture from the link, and goes on from there."""
    page = open_hosted(LINK)
    wait_until(lambda: told(page), "the sums are shown")
    before, sums, address = picture(page), told(page), page.url
    used = replica_of(site, page)
    other = next(one for one in site.replicas if one is not used)
    runs = other.metrics().get('mergescope_runs_begun_total{page="Merge lab"}', 0.0)
    used.kill()
    try:
        wait_until(lambda: other.metrics()["mergescope_sessions"] >= 1, "the page has reached the other replica")
        page.get_by_label("输入 1 的形状").fill("5,3,1")
        page.keyboard.press("Enter")
        heatmap(page, 1, (5, 3, 1)).wait_for()
        heatmap(page, 2, (5, 3, 7)).wait_for()
        page.wait_for_url(re.compile(r"s1=5(,|%2C)3(,|%2C)1"))
        assert other.metrics()['mergescope_runs_begun_total{page="Merge lab"}'] > runs
        page.go_back()
        page.wait_for_url(address)
        settle(page)
        wait_until(lambda: told(page) == sums, "the sums are the same")
        wait_until(lambda: np.array_equal(picture(page), before), "the picture is the same")
    finally:
        used.start()


@pytest.mark.slow
def test_a_reload_after_the_loss_shows_the_same(open_hosted, site):
    """F5 at once, as people do: the proxy sends it to the replica that is left."""
    page = open_hosted(LINK)
    wait_until(lambda: told(page), "the sums are shown")
    before, sums = picture(page), told(page)
    used = replica_of(site, page)
    used.kill()
    try:
        page.reload()
        settle(page)
        wait_until(lambda: told(page) == sums, "the sums are the same")
        wait_until(lambda: np.array_equal(picture(page), before), "the picture is the same")
    finally:
        used.start()
