"""The stand-alone page, opened from the disk in a real browser whose network is off."""

import io
import re
from base64 import b64decode

import numpy as np
import pytest
from PIL import Image

from core import MergeError
from core.tensor_view.colours import colours
from tests.ui.export.test_pictures import HOSTILE, export
from tests.ui.tensor_view.demo import CASES, counting
from ui.export import Document, Illustration
from ui.export.names import clean
from ui.tensor_view import Panel, Selection, TensorView


@pytest.fixture
def open_file(chromium, tmp_path):
    """Opens a page from the disk without a network; collects what it asks for and what it complains of."""
    contexts = []

    def opened(document, **options):
        context = chromium.new_context(viewport={"width": 1200, "height": 900}, offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.asked, page.complaints, page.said = [], [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("console", lambda message: page.complaints.append(message.text) if message.type == "error" else None)
        page.on("dialog", lambda dialog: page.said.append(dialog.message))
        path = tmp_path / "view.html"
        path.write_bytes(export("html", document))
        page.goto(path.as_uri())
        page.wait_for_selector(".tensor-view .text")
        return page

    yield opened
    for context in contexts:
        context.close()


def cell(page, panel, row, col, rows, cols):
    """The middle of a cell."""
    canvas = page.locator("canvas.over").nth(panel)
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    return box["x"] + (col + 0.5) / cols * box["width"], box["y"] + (row + 0.5) / rows * box["height"]


@pytest.mark.browser
def test_the_view_is_alive_without_a_network(open_file):
    """Pointing tells the arithmetic, the channels go by, and nothing but the file itself is asked for."""
    code = {"Keras": "y = keras.layers.Multiply()([x0, x1])  # <b>"}
    address = 'http://127.0.0.1:1/Merge_lab?op=Multiply&at="1"'
    looked = Selection(cell=(0, 2, 3))
    page = open_file(Document(CASES["note"](), looked, "相乘", lambda _: address, code, language="zh-CN"))
    assert page.locator(".sum").inner_text() == "(0, 2, 3): 256 = 4 × 64"
    page.mouse.move(*cell(page, 2, 1, 4, 4, 5))
    page.locator(".sum", has_text="(0, 1, 4): 300 = 5 × 60").wait_for()
    page.get_by_role("button", name="Next").click()
    page.locator("output", has_text="1 / 4").wait_for()
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.locator("h1").inner_text() == "相乘"
    assert page.locator("footer a").get_attribute("href") == address
    assert "<b>" in page.locator("pre").text_content()
    assert [url for url in page.asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert page.complaints == []


@pytest.mark.browser
def test_the_map_can_be_painted_in_the_page(open_file):
    """The brush works where there is no server at all; a dark system gets a dark page."""
    page = open_file(Document(CASES["gate"](), None, "gate"), color_scheme="dark")
    read = """canvas => Array.from(canvas.getContext('2d').getImageData(
        Math.round(canvas.width * 0.12), Math.round(canvas.height * 0.12), 1, 1).data)"""
    before = page.locator("canvas.base").nth(1).evaluate(read)
    page.get_by_role("button", name="Brush").click()
    page.mouse.move(*cell(page, 1, 2, 1, 20, 20))
    page.mouse.down()
    page.mouse.move(*cell(page, 1, 2, 5, 20, 20), steps=8)
    page.mouse.up()
    page.locator(".tools button.plain:not([disabled])").wait_for()  # Undo; the page forbids scripts from text
    after = page.locator("canvas.base").nth(1).evaluate(read)
    assert sum(before[:3]) < sum(map(int, colours("cividis")[3])), "the corner of the map is nearly 0"
    assert after[:3] == list(map(int, colours("cividis")[255])), "and is painted with 1"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(17, 22, 29)"
    assert page.complaints == []


@pytest.mark.browser
def test_foreign_names_are_text_in_the_page(open_file):
    """All of them at once, as titles of tensors, of the page and of code: shown, never run, nothing fetched."""
    panels = tuple(Panel(title, counting((1, 2))) for title in HOSTILE[:6])
    title, code = "".join(HOSTILE[:7]), {HOSTILE[0]: HOSTILE[1]}
    page = open_file(Document(TensorView(panels), None, title, lambda _: "javascript:alert(1)", code))
    assert page.said == []
    assert page.locator("img, script[src], iframe, footer a").count() == 0
    shown = page.locator(".title").all_text_contents()
    assert [clean(text) for text in shown[:3]] == [clean(title) for title in HOSTILE[:3]]
    assert page.locator("h1").text_content().startswith("<script>alert(1)</script>")
    assert [url for url in page.asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_a_script_cannot_be_ended_from_outside():
    """Whatever is in the titles, the page has one script and the rules that forbid loading anything."""
    view = TensorView(tuple(Panel(title, counting((2,))) for title in HOSTILE))
    text = export("html", Document(view, None, "</title></script>")).decode()
    assert text.count("</script>") == 1
    assert text.count("</title>") == 1
    assert "default-src 'none'" in text
    assert not re.search(r"(src|href)=\"?(https?:)?//", text)


def test_too_many_numbers_for_a_page():
    """Refused before anything is made, with the count, the limit, and what to do."""
    huge = Document(CASES["large"](), None, "large")
    for kind in ("html", "ipynb"):
        with pytest.raises(MergeError, match="5,000,006 values; this file type takes at most 4,000,000"):
            export(kind, huge)


def test_images_of_the_page_are_in_it():
    """Each as a data URL with title and text alternative, escaped."""
    picture = Illustration("<b>Prediction", 'In "orange".', np.full((3, 5, 3), 90, np.uint8))
    page = export("html", Document(CASES["note"](), None, "x", pictures=(picture,))).decode()
    assert "<figcaption>&lt;b&gt;Prediction</figcaption>" in page
    data = re.search(r'<img alt="In &quot;orange&quot;\." src="data:image/png;base64,([^"]+)"', page)[1]
    assert np.asarray(Image.open(io.BytesIO(b64decode(data)))).shape == (3, 5, 3)
