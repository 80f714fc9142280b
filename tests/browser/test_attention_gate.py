"""The Attention gate page in a real Chromium: what stands on the screen against the arrays in `assets/`."""

import contextlib
import os
import re
import signal
from pathlib import Path

import numpy as np
import pytest

from core.gates.map_changes import change_map
from core.gates.resampling import upsample
from core.tensor_view.colours import colours
from tests.browser.findings import serious_in_both_themes
from tests.conftest import running_app, settle
from tests.patience import PATIENCE_MS
from ui.views.assets import arrays

pytestmark = pytest.mark.browser

VIEW = ".tensor-view"
SUM = re.compile(r"\(([\d, ]+)\): (\S+) = (\S+) × (\S+)")


def arithmetic(page):
    """Index, product, feature and weight as the view writes them."""
    page.locator(f"{VIEW} .sum").first.wait_for()
    index, *numbers = SUM.search(page.locator(f"{VIEW} .sum").first.inner_text()).groups()
    return tuple(map(int, index.split(","))), *(float(number.replace("−", "-")) for number in numbers)


def pixel(page, panel, row, col, cells):
    """The colour of a cell, near its corner."""
    script = """(canvas, [row, col, cells]) => {
        const at = [(col + 0.15) * canvas.width / cells, (row + 0.2) * canvas.height / cells].map(Math.floor);
        return Array.from(canvas.getContext('2d').getImageData(...at, 1, 1).data.slice(0, 3));
    }"""
    return page.locator(f"{VIEW} canvas.base").nth(panel).evaluate(script, [row, col, cells])


@pytest.mark.parametrize(("grid", "sample", "channel"), [(20, 0, 181), (40, 2, 13)])
def test_a_gated_cell_read_off_the_screen(open_page, grid, sample, channel):
    """Feature, weight and product of a pinned cell, and the colour of its weight, are those of the recorded arrays."""
    trace = arrays(f"trace_{grid}")
    alpha, x = trace["alpha"][sample, ..., 0], trace["x"][sample, ..., channel].astype("float32")
    row, col = map(int, np.unravel_index(np.argmax(x * alpha), x.shape))
    cell = f"0,{row},{col},{channel}"
    page = open_page(f"Attention_gate?gate={grid}&number={sample + 1}&pin={cell}&place={cell}")
    index, product, feature, weight = arithmetic(page)
    assert index == (0, row, col, channel)
    assert feature == pytest.approx(x[row, col], rel=1e-3)
    assert weight == pytest.approx(alpha[row, col], abs=1e-3)
    assert product == pytest.approx(x[row, col] * alpha[row, col], rel=2e-3)
    other = row - 2  # a cell without a frame around it
    wanted = colours("cividis")[round(float(alpha[other, col] * 255))].astype(int)
    assert np.abs(np.subtract(pixel(page, 1, other, col, grid), wanted)).max() <= 6
    # The product is coloured as the features are: what the gate takes away is darker.
    share = float(x[other, col] * alpha[other, col] / x.max())
    wanted = colours("cividis")[round(share * 255)].astype(int)
    assert np.abs(np.subtract(pixel(page, 2, other, col, grid), wanted)).max() <= 6
    assert not page.errors
    assert not page.foreign


def dice_on_screen(page, *, other_than=None):
    """The Dice beside the prediction; waits for another one where that is asked for."""
    note = page.locator(f"{VIEW} figure.scene .note-line").last
    script = """([note, other]) => {
        const score = note.textContent.match(/Dice ([\\d.]+)/)?.[1];
        return score && Number(score) !== other ? score : false;
    }"""
    found = page.wait_for_function(script, arg=[note.element_handle(), other_than], timeout=PATIENCE_MS)
    return float(found.json_value())


def test_a_stroke_on_the_map_reaches_the_channels_and_the_network(open_page):
    """The product follows while the brush is down; on release the prediction for the painted map appears."""
    page = open_page("Attention_gate")
    own = dice_on_screen(page)
    page.get_by_role("button", name="Eraser").click()
    size = page.get_by_role("slider", name="Size")
    size.focus()
    page.keyboard.press("End")
    (_, row, col, _), product, *_ = arithmetic(page)
    assert product > 1
    canvas = page.locator(f"{VIEW} canvas.over").nth(1)
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    place = [(at + 0.5) / 20 * length for at, length in ((col, box["width"]), (row, box["height"]))]
    page.mouse.move(box["x"] + place[0], box["y"] + place[1])
    page.mouse.down()
    for step in (4, 6, 8, 10, 12, 14):
        page.mouse.move(box["x"] + step / 20 * box["width"], box["y"] + place[1], steps=3)
        page.mouse.move(box["x"] + step / 20 * box["width"], box["y"] + 0.45 * box["height"], steps=3)
    page.mouse.up()
    assert dice_on_screen(page, other_than=own) < own - 0.05
    assert not page.errors


def cells(page, panel, count):
    """The colour of every cell of a square panel, near its corner: (count, count, 3)."""
    script = """(canvas, count) => {
        const image = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return Array.from({length: count * count}, (_, cell) => {
            const row = Math.floor((Math.floor(cell / count) + 0.2) * canvas.height / count);
            const at = row * canvas.width + Math.floor((cell % count + 0.15) * canvas.width / count);
            return Array.from(image.data.slice(4 * at, 4 * at + 3));
        });
    }"""
    found = page.locator(f"{VIEW} canvas.base").nth(panel).evaluate(script, count)
    return np.reshape(found, (count, count, 3))


def shows(page, panel, plane):
    """Wait until nearly all cells are coloured as these numbers from 0 to 1 are."""
    wanted = colours("cividis")[np.rint(plane * 255).astype(int)].astype(int)
    for _ in range(200):
        far = (np.abs(cells(page, panel, len(plane)) - wanted).max(axis=-1) > 6).mean()
        if far < 0.02:
            return True
        page.wait_for_timeout(50)
    raise AssertionError(f"{far:.0%} of the cells of panel {panel} have another colour.")


# How many frames after an event the product is painted anew; a map that changes nothing of it is not waited for.
COUNT = """kind => {
    const roots = [document, ...[...document.querySelectorAll('*')].map(one => one.shadowRoot).filter(Boolean)];
    const canvas = roots.flatMap(root => [...root.querySelectorAll('canvas.base')])[2];
    window.frames_until = [];
    window.addEventListener(kind, () => {
        const before = canvas.toDataURL();
        let frames = 0;
        const look = () => {
            frames += 1;
            if (canvas.toDataURL() !== before) window.frames_until.push(frames);
            else if (frames < 20) requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
    }, true);
}"""


def test_the_map_of_another_moment_is_there_within_the_frame(open_page):
    """While the mouse still holds the slider, before the server knows of it; on release the link follows."""
    alpha = arrays("alpha")
    steps = alpha["steps"].tolist()
    page = open_page("Attention_gate")
    reel = page.get_by_role("slider", name="Training step")
    reel.scroll_into_view_if_needed()
    assert reel.get_attribute("aria-valuetext") == str(steps[-1])
    assert shows(page, 1, arrays("trace_20")["alpha"][0, ..., 0])
    page.evaluate(COUNT, "input")
    box = reel.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 8, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    page.wait_for_function("window.frames_until.length")
    assert max(page.evaluate("window.frames_until")) <= 2
    moment = steps.index(int(reel.get_attribute("aria-valuetext")))
    assert 0 < moment < len(steps) - 1
    then = upsample(alpha["gate20"][moment, :1].astype("float32"), (2, 2))[0, ..., 0]
    assert shows(page, 1, then)
    (_, row, col, channel), product, feature, weight = arithmetic(page)
    assert weight == pytest.approx(float(then[row, col]), rel=1e-3, abs=1e-3)
    assert product == pytest.approx(feature * weight, rel=2e-3, abs=2e-3)
    x = arrays("trace_20")["x"][0, ..., channel].astype("float32")
    assert shows(page, 2, x * then / x.max())
    assert "moment" not in page.url
    page.mouse.up()
    page.wait_for_url(f"**moment={steps[moment]}**")
    settle(page)
    assert shows(page, 1, then)
    page.go_back()
    page.wait_for_function("([reel, last]) => reel.ariaValueText === last", arg=[reel.element_handle(), str(steps[-1])])
    settle(page)
    assert shows(page, 1, arrays("trace_20")["alpha"][0, ..., 0])
    assert not page.errors


def test_a_change_of_the_map_by_keys_and_a_stroke_on_it(open_page):
    """Another amount by the keyboard at once; what is then painted is painted on that map, and both reach the page."""
    own = arrays("trace_20")["alpha"][:1]
    page = open_page("Attention_gate?map=threshold")
    assert shows(page, 1, change_map("threshold", own)[0, ..., 0])
    reel = page.get_by_role("slider", name="Threshold")
    reel.focus()
    page.evaluate(COUNT, "input")
    for _ in range(6):
        page.keyboard.press("ArrowLeft")
    page.wait_for_function("window.frames_until.length")
    assert min(page.evaluate("window.frames_until")) <= 2  # a step may change nothing of the channel on screen
    page.wait_for_function("reel => reel.ariaValueText === '0.2'", arg=reel.element_handle())
    assert shows(page, 1, change_map("threshold", own, limit=0.2)[0, ..., 0])
    page.get_by_role("button", name="Brush").click()
    canvas = page.locator(f"{VIEW} canvas.over").nth(1)
    canvas.scroll_into_view_if_needed()
    canvas.click(position={"x": 24, "y": 24})
    page.wait_for_url("**map_limit=0.2*")
    settle(page)
    assert (np.abs(cells(page, 1, 20)[1, 1] - colours("cividis")[255].astype(int)) <= 6).all()
    reel.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**map_limit=0.25**")
    assert shows(page, 1, change_map("threshold", own, limit=0.25)[0, ..., 0])
    assert not page.errors


def test_a_stroke_stays_when_the_page_is_drawn_meanwhile(open_page):
    """The brush is down while a message with the same map and other frames comes for the view."""
    page = open_page("Attention_gate?map=sharpen&map_temperature=1")
    page.get_by_role("combobox", name="Replace α by").click()
    page.get_by_role("option", name="α: original").click()
    page.get_by_role("slider", name="Temperature T").wait_for(state="detached")
    settle(page)
    page.get_by_role("button", name="Brush").click()
    canvas = page.locator(f"{VIEW} canvas.over").nth(1)
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()

    def is_painted(row, column):
        return (np.abs(cells(page, 1, 20)[row, column] - colours("cividis")[255].astype(int)) <= 6).all()

    def move_to(row, column):
        page.mouse.move(box["x"] + (column + 0.5) / 20 * box["width"], box["y"] + (row + 0.5) / 20 * box["height"])

    move_to(2, 3)
    page.mouse.down()
    move_to(2, 5)
    page.go_back()
    page.get_by_role("slider", name="Temperature T").wait_for()
    settle(page)
    assert is_painted(2, 3)
    move_to(2, 9)
    page.mouse.up()
    settle(page)
    assert is_painted(2, 3)
    assert is_painted(2, 9)
    assert not page.errors


PLAY_TO_THE_THIRD = """async ([button, reel]) => {
    button.click();
    while (!(reel.value > 1 && reel.value < 20)) await new Promise(requestAnimationFrame);
    button.click(); // in the page, since a click from outside may arrive after the last one
}"""


def test_the_moments_can_be_played(open_page):
    """From the last on to the first and on; the link says where it was stopped."""
    page = open_page("Attention_gate")
    reel = page.get_by_role("slider", name="Training step")
    play = page.get_by_role("button", name="Play: Training step")
    page.evaluate(PLAY_TO_THE_THIRD, [play.element_handle(), reel.element_handle()])
    play.wait_for()
    assert 1 < int(reel.input_value()) < 20
    page.wait_for_url(f"**moment={reel.get_attribute('aria-valuetext')}*")
    assert not page.errors


def test_a_new_slice_in_the_link_goes_through_the_network(open_page):
    """Seed, progress or answer, and in the end a picture with its Dice; the link opens the same slice again."""
    page = open_page("Attention_gate?slice=seed&slice_seed=7000001")
    page.get_by_text("Each of the 256 channels").wait_for(timeout=PATIENCE_MS)
    page.get_by_text("Showing example 1 in the meantime").wait_for(state="detached", timeout=PATIENCE_MS)
    settle(page)
    index, _, feature, weight = arithmetic(page)
    trace = arrays("trace_20")
    _, row, col, channel = index
    assert feature == pytest.approx(float(trace["x"][1, row, col, channel]), rel=0.02, abs=0.02)
    assert weight == pytest.approx(float(trace["alpha"][1, row, col, 0]), abs=0.02)
    assert "slice_seed=7000001" in page.url
    assert "Showing example 1 in the meantime" not in page.locator("body").inner_text()


def worker_of(address):
    """Process id of the child of this server that holds the network."""
    port = address.rsplit(":", 1)[1].encode()
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if folder.name.isdigit() and b"network.worker" in (folder / "cmdline").read_bytes():
                parent = re.search(r"PPid:\t(\d+)", (folder / "status").read_text()).group(1)
                if port in Path(f"/proc/{parent}/cmdline").read_bytes():
                    return int(folder.name)
    raise AssertionError("The server has no such child.")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").exists(), reason="looks for the child in /proc")
def test_a_network_that_is_killed_comes_back(open_page):
    """Killed while a slice waits for it: the page stays whole, and the slice is there after a while."""
    with running_app() as address:
        page = open_page("Attention_gate?slice=seed&slice_seed=7000001", address=address)
        page.get_by_text("Each of the 256 channels").wait_for(timeout=PATIENCE_MS)
        page.get_by_text("Showing example 1 in the meantime").wait_for(state="detached", timeout=PATIENCE_MS)
        child = worker_of(address)
        os.kill(child, signal.SIGSTOP)
        page.get_by_label("Seed of the image").fill("7000002")
        page.keyboard.press("Enter")
        page.get_by_text("Showing example 1 in the meantime").wait_for(timeout=PATIENCE_MS)
        os.kill(child, signal.SIGKILL)
        page.get_by_text("Showing example 1 in the meantime").wait_for(state="detached", timeout=PATIENCE_MS)
        settle(page)
        assert page.get_by_text("Each of the 256 channels").count() == 1
        assert not page.errors


@pytest.mark.parametrize("path", ["Attention_gate", "Attention_gate?more=steps&map=shift&lang=zh"])
def test_accessibility(open_page, path):
    """No serious finding of axe, nothing from elsewhere, no error, in either theme."""
    page = open_page(path)
    assert serious_in_both_themes(page) == []
    assert page.foreign == []
    assert page.errors == []
