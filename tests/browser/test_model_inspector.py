"""The model inspector in a real Chromium, with the real Keras in its process: what people see, click and take away."""

import io
import re

import numpy as np
import pytest

from tests.browser.findings import serious_in_both_themes
from tests.browser.test_app import VIEW, read
from tests.conftest import settle
from tests.core.files.recordings_corpus import content
from tests.patience import PATIENCE_MS
from tests.ui.inspector.models import gate_file, keras_file

pytestmark = pytest.mark.browser

PAGE = "Model_inspector"
FILE = {"mimeType": "application/octet-stream"}
LIST, GRAPH = ".merge-list", ".model-graph"


def scale(page) -> float:
    """The zoom of the graph."""
    return float(re.search(r"scale\(([\d.]+)\)", page.locator(f"{GRAPH} svg > g").get_attribute("transform")).group(1))


PLAY_UNTIL_CHANGED = """async ([button, canvas, before]) => {
    button.click();
    while (canvas.toDataURL() === before) await new Promise(requestAnimationFrame);
    button.click(); // in the page, since a short recording may have ended before a click from outside arrives
}"""


def shipped(open_page, query="", **options):
    """The page with the shipped network, once list and graph are drawn."""
    page = open_page(f"{PAGE}{query}", **options)
    page.locator(f"{LIST} li").first.wait_for()
    page.locator(f"{GRAPH} .box").first.wait_for()
    return page


def upload(page, content: bytes, name: str = "model.keras") -> None:
    """Upload a file."""
    page.locator("input[type=file]").first.set_input_files({**FILE, "name": name, "buffer": content})


def test_the_built_in_network_runs_at_once(open_page):
    """Without a click: pictures in the list, the calculation in the pane; another merge by a click, the arrays."""
    page = shipped(open_page)
    assert page.locator(f"{LIST} li").count() == 12
    page.locator(VIEW).first.wait_for(timeout=PATIENCE_MS)
    page.get_by_text("is the gate", exact=False).wait_for()
    settle(page)
    assert page.locator(f"{LIST} img").count() == 12
    told = re.search(r"\): ([\d.e-]+) = ([\d.e-]+) × ([\d.e-]+)", read(page))
    output, feature, weight = map(float, told.groups())
    assert output == pytest.approx(feature * weight, rel=0.01)
    assert output > 1  # the pinned element is the largest
    page.locator(f"{LIST} li").filter(has_text="gate40_gated").click()
    page.get_by_text("× gate40_gated").wait_for()
    page.wait_for_function("location.search.includes('merge=gate40_gated')")
    settle(page)
    with page.expect_download() as caught:
        page.get_by_role("button", name="Arrays of this merge").click()
    with np.load(io.BytesIO(caught.value.path().read_bytes()), allow_pickle=False) as file:
        assert file["input_0"].shape == (1, 40, 40, 64)
        np.testing.assert_array_equal(file["input_0"] * file["input_1"], file["output"])
    where = page.get_by_role("button", name="Run again", exact=True).bounding_box()
    page.get_by_role("button", name="Close the model").click()
    page.get_by_role("button", name="Run", exact=True).wait_for()
    settle(page)
    begun = page.get_by_role("button", name="Run", exact=True).bounding_box()
    middle = begun["x"] + begun["width"] / 2
    assert where["x"] < middle < where["x"] + where["width"], "Run again is where Run was, Close is elsewhere"
    assert page.errors == []
    assert page.foreign == []


def test_three_panes_side_by_side(open_page):
    """List, graph and the panels of the merge, from left to right."""
    page = shipped(open_page, viewport={"width": 1280, "height": 720})
    page.locator(f"{VIEW} canvas.over").nth(2).wait_for(timeout=PATIENCE_MS)
    settle(page)
    panes = [page.locator(LIST).bounding_box(), page.locator(f"{GRAPH} svg").bounding_box()]
    panels = [one.bounding_box() for one in page.locator(f"{VIEW} canvas.over").all()[:3]]
    assert panes[0]["x"] + panes[0]["width"] <= panes[1]["x"]
    assert all(panes[1]["x"] + panes[1]["width"] <= panel["x"] for panel in panels)


def test_labels_are_on_their_edges_and_above_the_boxes(open_page):
    """Every label of the chosen merge is clear of all boxes and of the other labels, and drawn after the boxes."""
    page = shipped(open_page)
    labels = [one.bounding_box() for one in page.locator(f"{GRAPH} .tag rect").all()]
    boxes = [one.bounding_box() for one in page.locator(f"{GRAPH} .box rect").all()]
    assert len(labels) == 2
    for place, label in enumerate(labels):
        assert not any(overlap(label, other) for other in (*boxes, *labels[place + 1 :]))
    order = page.locator(f"{GRAPH} svg > g").evaluate("(scene) => scene.lastElementChild.getAttribute('class')")
    assert order == "tags"


def overlap(one, other) -> bool:
    """Whether two boxes share more than an edge."""
    return all(
        one[start] + 1 < other[start] + other[size] and other[start] + 1 < one[start] + one[size]
        for start, size in (("x", "width"), ("y", "height"))
    )


def test_the_graph_is_zoomed_dragged_and_walked(open_page):
    """Buttons, wheel with Ctrl, mouse and arrow keys; Enter on a merge looks at it."""
    page = shipped(open_page)
    svg = page.locator(f"{GRAPH} svg")
    begun = scale(page)
    page.get_by_role("button", name="Zoom in").click()
    assert scale(page) > begun
    page.get_by_role("button", name="Fit to view").click()
    whole = scale(page)
    box = svg.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -200)
    page.keyboard.up("Control")
    assert scale(page) > whole
    before = page.locator(f"{GRAPH} svg > g").get_attribute("transform")
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 60, steps=5)
    page.mouse.up()
    assert page.locator(f"{GRAPH} svg > g").get_attribute("transform") != before
    page.locator(f"{GRAPH} .box.chosen").focus()
    page.keyboard.press("ArrowDown")
    focused = "document.querySelector('[data-testid=stMain]') && [...document.querySelectorAll('*')]"
    page.wait_for_function(f"{focused}.some((e) => e.shadowRoot?.activeElement?.dataset?.id === 'decode20_join')")
    page.keyboard.press("Enter")
    page.wait_for_function("location.search.includes('merge=decode20_join')")
    page.get_by_text("⧺ decode20_join").wait_for()
    settle(page)
    assert page.locator(f"{GRAPH} .box.chosen").get_attribute("data-id") == "decode20_join"
    assert page.locator(f"{LIST} li[aria-selected=true] b").inner_text() == "decode20_join"
    assert page.errors == []


def test_the_list_is_walked_by_keyboard(open_page):
    """Arrow keys move through the list, and the last merge is selected."""
    page = shipped(open_page)
    page.locator(LIST).focus()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.wait_for_function("location.search.includes('merge=gate40_gated')")
    settle(page)
    assert page.locator(f"{LIST} li[aria-selected=true] b").inner_text() == "gate40_gated"


def test_names_from_outside_stay_text(open_page):
    """Markup in names of layers is neither run nor fetched, in the list, the graph and below."""
    name = '<img src="http://x.test/a.png" onerror="window.hurt=1">![b](http://x.test/b.png)'
    page = open_page(f"{PAGE}?msrc=own")
    upload(page, gate_file(feature=name, gate=name + "2"), f"{name[:30]}.keras".replace("/", "_"))
    page.locator(f"{LIST} li").first.wait_for()
    settle(page)
    assert "<img src=" in page.locator(f"{LIST} li").first.inner_text()
    assert page.locator(f"{LIST} img, {GRAPH} img, {GRAPH} image").count() == 0
    assert page.evaluate("window.hurt") is None
    assert page.foreign == []


@pytest.mark.parametrize("is_model", [False, True])
def test_a_file_replaces_another(open_page, is_model):
    """The new one is opened, also if it arrives only after the page has been drawn without the old one."""
    page, arriving = open_page(f"{PAGE}?msrc=own"), []
    add, asking = page.get_by_role("button", name="Add files"), page.get_by_text("Please upload a model")
    upload(page, gate_file() if is_model else b"12345")
    asking.wait_for(state="detached")
    if is_model:
        add.wait_for(state="hidden")  # beside a model the control is folded
        page.get_by_text("Model file", exact=True).click()
    page.route(
        "**/upload_file/**", lambda one: arriving.append(one) if one.request.method == "PUT" else one.continue_()
    )
    with page.expect_file_chooser() as chooser:
        add.click()
    chooser.value.set_files({**FILE, "name": "second.keras", "buffer": gate_file(gate="second")})
    asking.wait_for()
    settle(page)
    arriving[0].continue_()
    page.locator(f"{LIST} li").filter(has_text="second").wait_for()
    add.wait_for(state="hidden")
    assert page.errors == []


def test_incompatible_shapes_in_the_file(open_page):
    """Marked in the list; the table names the mismatched axis in both inputs, and a fix gives shapes that merge."""
    layers = [("a", "InputLayer", [None, 5, 7], []), ("b", "InputLayer", [None, 3, 7], [])]
    page = open_page(f"{PAGE}?msrc=own")
    upload(page, keras_file([*layers, ("m", "Add", [None, 5, 7], ["a", "b"])], ["m"]))
    page.locator(f"{LIST} li.fault").wait_for()
    page.get_by_text("Inputs have incompatible shapes. Received shapes (5, 7) and (3, 7)").first.wait_for()
    table = page.get_by_test_id("stTable").first
    rows = [row.inner_text().split("\t") for row in table.locator("tbody tr").all()]
    faults = [[number for number, cell in enumerate(row) if "mismatched" in cell] for row in rows]
    assert faults == [[2], [2]]  # column 0 names the input, 1 is the batch axis
    assert [row[2].split()[0] for row in rows] == ["5", "3"]
    page.get_by_text("Possible fixes").first.wait_for()
    assert re.search(r"\(None, [35], 7\) → \(None, [35], 7\)", read(page))


def test_accessibility_and_quiet(open_page):
    """No serious finding of axe with the whole model on screen, nothing from elsewhere, no error, in either theme."""
    page = shipped(open_page, "?mwhole=True&mrun=stopped")
    page.locator(f"{GRAPH} .box").nth(99).wait_for()
    assert page.locator(f"{GRAPH} .box").count() == 100
    assert serious_in_both_themes(page) == []
    assert page.foreign == []
    assert page.errors == []


@pytest.mark.slow
@pytest.mark.keras
def test_efficientnet_from_upload_to_the_first_merge_painted(open_page, tmp_path):
    """Within 10 s on two cores that are free: upload, run on noise, and the first merge is on screen."""
    import keras

    keras.applications.EfficientNetB0(weights=None).save(tmp_path / "model.keras")
    page = open_page(f"{PAGE}?msrc=own&mrun=true&m0k=noise")
    page.wait_for_timeout(15_000)  # a server that has been up for a moment has a process ready
    begun = page.evaluate("performance.now()")
    page.locator("input[type=file]").first.set_input_files(tmp_path / "model.keras")
    page.locator(f"{VIEW} canvas").first.wait_for(timeout=PATIENCE_MS)
    taken = (page.evaluate("performance.now()") - begun) / 1000
    print(f"EfficientNetB0 from upload to the first merge painted: {taken:.1f} s")
    assert page.locator(f"{LIST} img").count() == 25
    assert taken < 10


def test_a_recorded_training_is_played(open_page):
    """It opens with the last step; play moves the picture of the gate, and each recorded step has its own."""
    page = open_page(f"{PAGE}?msrc=own")
    upload(page, content(tuple(range(7))), "training.msr.npz")
    play = page.get_by_role("button", name="Play: Training step")
    play.wait_for(timeout=PATIENCE_MS)
    settle(page)
    gate = page.locator(f"{VIEW} canvas.base").nth(1)

    def picture() -> str:
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        return str(gate.evaluate("canvas => canvas.toDataURL()"))

    opened = picture()
    page.evaluate(PLAY_UNTIL_CHANGED, [play.element_handle(), gate.element_handle(), opened])
    play.wait_for()
    steps = page.get_by_role("slider", name="Training step")
    steps.press("Home")
    seen = [picture()]
    for _ in range(6):
        steps.press("ArrowRight")
        seen.append(picture())
    assert len(set(seen)) == 7
    assert seen[6] == opened
    assert steps.get_attribute("aria-valuetext") == "6"
    assert page.errors == []
