"""What people do, and what Python receives of it."""

import pytest

from tests.ui.tensor_view.demo import CASES

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("case", "at", "wanted"),
    [
        ("note", (2, 2, 1, 4, 5), "(0, 2, 1): 124 = 2 × 62"),
        ("note", (1, 3, 4, 4, 5), "(0, 3, 4): 350 = 5 × 70"),
        ("note", (0, 2, 1, 4, 5), "(0, 2, 1): 124 = 2 × 62"),  # a pale copy has its own position
        ("three", (3, 1, 2, 2, 3), "(1, 2): 18.67 = (6 + 56 + (−6)) / 3"),
        ("bias", (2, 1, 2, 3, 3), "(1, 2): 59 = 6 + 53"),
        ("vector", (2, 0, 6, 1, 7), "(6,): 7 = max(7, 1)"),
        ("scalar", (2, 0, 0, 1, 1), "(): 5 = 2 + 3"),
        ("concatenate", (2, 4, 1, 5, 4), "(0, 4, 1): 56 = 56 (input 1 (0, 1, 1))"),
        ("concatenate", (1, 1, 1, 2, 4), "(0, 4, 1): 56 = 56 (input 1 (0, 1, 1))"),
        ("dot", (2, 1, 0, 3, 5), "(0, 1, 0): 2060 = 9 × 1 + 10 × 6 + 11 × 11 + 12 × 16 + 13 × 21 + … + 16 × 36"),
    ],
)
def test_pointing_writes_out_the_sum(open_view, case, at, wanted):
    """With indices and values, from any panel."""
    view = open_view(case)
    view.point(*at)
    assert view.sum == wanted


def framed(view, number, rows, cols):
    """Cells of a panel with a frame around or through them: its line runs along their left edge."""
    pixels = view.pixels(number, rows, cols, kind="over", place=(0.5, 0.06))
    return {(row, col) for row in range(rows) for col in range(cols) if pixels[row][col][3] > 60}


def test_pointing_marks_what_belongs_together(open_view):
    """One result and its sources; one stretched cell and all that it reaches; Concatenate and Dot."""
    view = open_view("note")
    view.point(2, 2, 1, 4, 5)
    assert framed(view, 2, 4, 5) == framed(view, 1, 4, 5) == {(2, 1)}
    assert (0, 1) in framed(view, 0, 4, 5), "the one row that there is"
    view.point(0, 0, 3, 4, 5)
    assert framed(view, 2, 4, 5) == {(row, 3) for row in range(4)}
    view = open_view("concatenate")
    view.point(1, 0, 2, 2, 4)
    assert framed(view, 2, 5, 4) == {(3, 2)}
    assert framed(view, 0, 3, 4) == set()
    view = open_view("dot")
    view.point(2, 1, 3, 3, 5)
    assert framed(view, 0, 3, 8) == {(1, 0)}, "one frame around the row"
    assert framed(view, 1, 8, 5) == {(row, 3) for row in range(8)}


def test_one_gate_cell_and_its_256_results(open_view):
    """It says how far the cell reaches, and the frame is on the visible one."""
    view = open_view("gate")
    view.point(1, 3, 17, 20, 20)
    assert "input 1 (0, 3, 17, 0)" in view.page.locator(".from").inner_text()
    assert "contributes to 256 output elements" in view.page.locator(".from").inner_text()
    assert framed(view, 2, 20, 20) == {(3, 17)}


def test_a_click_pins_and_a_second_one_lets_go(open_view):
    """Python receives it; mouse movements are not sent."""
    view = open_view("note")
    spot = view.middle(2, 2, 1, 4, 5)
    view.page.mouse.move(*spot)
    view.page.mouse.move(spot[0] + 60, spot[1])
    view.page.mouse.click(*spot)
    assert view.python_has(cell=[0, 2, 1], panel=2)["runs"] == 2
    view.page.mouse.move(5, 5)
    view.settle()
    assert view.sum == "(0, 2, 1): 124 = 2 × 62", "what is pinned stays"
    view.page.get_by_role("button", name="Next").click()
    view.python_has(channel=1, cell=[1, 2, 1])
    view.page.mouse.click(*spot)
    view.python_has(cell=None)


def test_channels_come_back_on_release(open_view):
    """Dragging the slider through many channels is one run of the script."""
    view = open_view("gate")
    box = view.page.get_by_role("slider", name="Channel").bounding_box()
    y = box["y"] + box["height"] / 2
    view.page.mouse.move(box["x"] + 8, y)
    view.page.mouse.down()
    view.page.mouse.move(box["x"] + box["width"] / 2, y, steps=25)
    view.settle()
    assert view.python_has()["runs"] == 1
    view.page.mouse.up()
    told = view.python_has(runs=2)
    assert 110 < told["channel"] < 145


def test_the_gallery_chooses(open_view):
    """Click or arrow keys, in the order on screen."""
    view = open_view("gate")
    sheet = view.page.get_by_role("slider", name="All slices")
    view.page.get_by_label("Order").select_option("energy")
    view.python_has(order="energy")
    order = CASES["gate"]().orders[0].channels
    sheet.click(position={"x": 6, "y": 6})
    view.python_has(channel=order[0])
    view.page.keyboard.press("ArrowRight")
    view.page.keyboard.press("ArrowRight")
    view.python_has(channel=order[2])
    assert sheet.get_attribute("aria-valuetext") == f"channel {order[2]} · rank 3 of 256"


def test_playing_needs_no_server(open_view):
    """The channels go by without a run of the script; stopping is sent once."""
    view = open_view("gate")
    output = view.page.locator("output").first
    view.page.get_by_label("Speed").select_option("60")
    view.page.get_by_role("button", name="Play").click()
    view.page.wait_for_function("shown => parseInt(shown.textContent) > 10", arg=output.element_handle())
    assert view.python_has()["runs"] == 1
    view.page.get_by_role("button", name="Pause").click()
    shown = int(output.inner_text().split("/")[0])
    assert view.python_has(channel=shown)["runs"] == 2


def test_what_does_not_change_is_not_sent_again(open_view):
    """The tensors cross once; later runs cost next to nothing."""
    view = open_view("gate")
    size = sum(panel.value.nbytes for panel in CASES["gate"]().panels)
    assert view.received <= 1.1 * size + 60_000, "what Streamlit itself sends at the start included"
    view.received = 0
    view.page.get_by_role("button", name="Next").click()
    view.python_has(channel=1)
    assert view.received < 20_000


@pytest.mark.parametrize(
    ("ask", "wanted"),
    [
        ({"channel": 3, "cell": [3, 2, 1]}, {"channel": 3, "cell": [3, 2, 1]}),
        ({"channel": 99}, {"channel": 4}),
        ({"channel": -5, "order": "nonsense", "axes": [1, 1]}, {"channel": 0, "order": "index", "axes": [1, 2]}),
        ({"cell": [99, 99, 99], "panel": 77}, {"cell": [4, 3, 4], "panel": 2}),
        ({"axes": [0, 2], "at": [0, 3, 0]}, {"axes": [0, 2], "channel": 3}),
    ],
)
def test_links_restore_the_nearest(open_view, ask, wanted):
    """On screen and in Python alike."""
    view = open_view("note", ask=ask)
    told = view.python_has()
    assert {name: told[name] for name in wanted} == wanted
    assert int(view.page.locator("output").first.inner_text().split("/")[0]) == told["channel"]
    if "cell" in wanted:
        assert view.sum.startswith("(" + ", ".join(map(str, wanted["cell"])) + "): ")
