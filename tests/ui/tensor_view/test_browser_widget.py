"""The notebook widget in a real browser: the same pixels as the app, and the selection comes back."""

import base64
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import streamlit

import mergescope
from core.tensor_view import Reel, Scale
from mergescope.widget import TensorWidget
from tests.patience import PATIENCE_MS
from tests.ui.tensor_view.conftest import View
from tests.ui.tensor_view.demo import CASES, counting, merge_view

pytestmark = pytest.mark.browser

# What a notebook does with a widget, by the specification of anywidget: it imports the module, calls `render` with an
# element and the model, and tells the model's listeners what Python has changed.
HOST = """async ([script, state, style, width]) => {
  document.body.innerHTML = "<main></main>";
  document.documentElement.style.cssText = style;
  const el = document.querySelector("main");
  el.style.width = `${width}px`;
  const bytes = Uint8Array.from(atob(state.numbers), (letter) => letter.charCodeAt(0));
  const held = { ...state, numbers: new DataView(bytes.buffer) };
  const listeners = {};
  window.sent = [];
  const model = {
    get: (name) => held[name],
    set: (name, value) => { held[name] = value; },
    save_changes: () => window.sent.push(structuredClone(held.chosen)),
    on: (event, listener) => { (listeners[event] ??= []).push(listener); },
    off: (event, listener) => { listeners[event] = (listeners[event] ?? []).filter((one) => one !== listener); },
  };
  window.update = (meta) => { held.meta = meta; (listeners["change:meta"] ?? []).forEach((listener) => listener()); };
  const module = await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
  window.leave = module.default.render({ model, el });
}"""
CODE_FONT = next((Path(streamlit.__file__).parent / "static" / "static" / "media").glob("SourceCode*Upright*.woff2"))
LOAD = """async (content) => {  // and wait until all who listen know of it
  const source = `url(data:font/woff2;base64,${content})`;
  const face = new FontFace("Source Code Pro", source, { weight: "200 900" });
  document.fonts.add(face);
  const known = new Promise((done) => document.fonts.addEventListener("loadingdone", done));
  await Promise.all([face.load(), known]);
}"""
PICTURES = "canvases => canvases.map((canvas) => [canvas.width, canvas.height, canvas.toDataURL()])"


def mount(page, widget, width=960, style="color-scheme: light"):
    """The widget in a page of its own."""
    state = {
        "meta": widget.meta, "numbers": base64.b64encode(widget.numbers).decode(), "chosen": {},
    }  # fmt: skip
    page.goto("about:blank")
    page.evaluate(HOST, [widget._esm, json.loads(json.dumps(state)), style, width])
    page.wait_for_selector(".tensor-view .text", timeout=PATIENCE_MS)
    return View(page, [])


@pytest.fixture
def widget_page(open_tab):
    """An empty tab; at the end the browser's console must be empty."""
    page = open_tab(viewport={"width": 1280, "height": 1000})
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []


@pytest.mark.parametrize("case", ["gate", "concatenate", "inserted"])
def test_the_pixels_are_those_of_the_app(open_view, widget_page, case):
    """Every canvas of the view, the wall of all channels among them, with numbers in the same font."""
    app = open_view(case, received=False)
    app.page.evaluate("() => document.fonts.ready")
    app.settle()
    wanted = app.page.locator("canvas").evaluate_all(PICTURES)
    width, font = app.page.locator(".tensor-view").evaluate(
        "root => [root.clientWidth, getComputedStyle(root).getPropertyValue('--st-code-font')]"
    )
    view = mount(widget_page, TensorWidget(CASES[case]()), width, f"color-scheme: light; --jp-code-font-family: {font}")
    widget_page.evaluate(LOAD, base64.b64encode(CODE_FONT.read_bytes()).decode())
    view.settle()
    found = widget_page.locator("canvas").evaluate_all(PICTURES)
    assert len(found) == len(wanted) > 2
    assert [one[:2] for one in found] == [one[:2] for one in wanted]
    assert found == wanted


def test_a_click_comes_back_as_a_selection(widget_page):
    """Pinned by pointer and by keyboard; Python reads the index into the result."""
    widget = TensorWidget(CASES["note"]())
    view = mount(widget_page, widget)
    widget_page.mouse.click(*view.middle(2, 1, 3, 4, 5))
    view.settle()
    assert view.sum.startswith("(0, 1, 3): 236 = 4 × 59")
    widget.chosen = widget_page.evaluate("window.sent.at(-1)")
    assert widget.selection.cell == (0, 1, 3)
    assert widget.selection.panel == 2
    seen = []
    widget.observe(lambda change: seen.append(change["new"].channel), "selection")
    widget_page.get_by_role("slider", name="axis 0").focus()
    widget_page.keyboard.press("End")
    widget_page.wait_for_function("window.sent.at(-1).channel === 4", timeout=PATIENCE_MS)
    widget.chosen = widget_page.evaluate("window.sent.at(-1)")
    assert seen == [4]


def test_python_moves_the_view(widget_page):
    """`select` pins an element and turns to its slice."""
    widget = TensorWidget(CASES["note"]())
    view = mount(widget_page, widget)
    widget.select(cell=(3, 2, 1), at=(3, 2, 1))
    assert widget.selection.cell == (3, 2, 1)
    widget_page.evaluate("meta => window.update(meta)", json.loads(json.dumps(widget.meta)))
    view.settle()
    assert view.sum.startswith("(3, 2, 1): ")


def test_one_slider_moves_all_tensors_of_a_training(widget_page):
    """Reels of one name share a slider; the frame comes back to Python."""
    gates = np.linspace(0, 1, 3 * 20, dtype="float32").reshape(3, 4, 5)
    features = counting((4, 5))
    frames = {"name": "step", "title": "Training step", "frames": ("0", "3", "7"), "labels": ("0", "3", "7"), "at": 0}
    view = merge_view("Multiply", [features, gates[0]])
    view = replace(
        view,
        reels=(Reel(panel=1, values=gates, **frames), Reel(panel=2, values=features * gates, playable=True, **frames)),
        scale=Scale(range="channel"),
    )
    widget = TensorWidget(view)
    seen = mount(widget_page, widget)
    (slider,) = widget_page.get_by_role("slider", name="Training step").all()
    slider.focus()
    widget_page.keyboard.press("End")
    seen.settle()
    seen.point(2, 3, 4, 4, 5)
    assert seen.sum == "(3, 4): 20 = 20 × 1"
    seen.point(1, 0, 0, 4, 5)
    assert seen.sum.startswith("input 1 (0, 0) = 0.678") or "0.678" in seen.sum
    widget_page.wait_for_function("window.sent.at(-1)?.frames?.step === '7'", timeout=PATIENCE_MS)
    widget.chosen = widget_page.evaluate("window.sent.at(-1)")
    assert widget.selection.frames == {"step": "7"}


# A slider moves by one position in each frame; what each frame has drawn, and the same after two frames at rest.
MOVE_EVERY_FRAME = """async ([slider, panel, sheet]) => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const look = () => [panel, sheet].map((canvas) => canvas.toDataURL());
  const seen = [look()];
  for (let place = 1; place <= Number(slider.max); place++) {
    slider.value = String(place);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    await frame();
    seen.push(look());
  }
  await frame();
  await frame();
  return [...seen, look()].map((pictures) => pictures.map((one, part) => one !== seen[0][part] && one));
}"""


def test_panels_and_all_channels_are_drawn_in_turn_while_a_slider_moves(widget_page):
    """No frame draws both; each moves on though the slider moves in every frame; both end at its last position."""
    gates = np.linspace(0.1, 1, 9 * 20, dtype="float32").reshape(9, 4, 5, 1)
    features = counting((4, 5, 7)) / 140
    names = tuple(map(str, range(9)))
    view = merge_view("Multiply", [features, gates[0]])
    moved = ((1, gates), (2, features * gates))
    reels = tuple(Reel("step", "Step", panel, values, names, names, 0) for panel, values in moved)
    view = replace(view, reels=reels, scale=Scale("sequential", "fixed", (0, 1)))
    mount(widget_page, TensorWidget(view)).settle()
    parts = [
        widget_page.get_by_role("slider", name="Step").element_handle(),
        widget_page.locator("canvas.base").nth(1).element_handle(),
        widget_page.locator("canvas.sheet").element_handle(),
    ]
    *moving, rest = widget_page.evaluate(MOVE_EVERY_FRAME, parts)
    drawn = [[now != then for now, then in zip(*pair, strict=True)] for pair in zip(moving[1:], moving, strict=False)]
    assert not any(all(both) for both in drawn)
    for turns in zip(*drawn, strict=True):
        assert sum(turns) >= 3
    parts[0].evaluate("slider => slider.blur()")
    widget_page.evaluate("window.dispatchEvent(new Event('resize'))")  # all is drawn again
    widget_page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert [part.evaluate("canvas => canvas.toDataURL()") for part in parts[1:]] == rest


def test_the_page_around_it_keeps_its_style(widget_page):
    """The style sheet stays inside; a dark notebook gives a dark view; leaving takes everything away."""
    mount(widget_page, TensorWidget(CASES["note"]()), style="--jp-layout-color0: #111; --jp-content-font-color0: #eee")
    assert widget_page.evaluate("document.styleSheets.length + document.adoptedStyleSheets.length") == 0
    root = widget_page.locator(".tensor-view")
    assert root.evaluate("root => getComputedStyle(root).colorScheme") == "dark"
    assert root.evaluate("root => getComputedStyle(root).color") == "rgb(238, 238, 238)"
    widget_page.evaluate("window.leave()")
    widget_page.evaluate("window.dispatchEvent(new Event('resize'))")


@pytest.mark.parametrize(
    ("style", "scheme"),
    [
        ("background: rgb(24, 28, 26)", "dark"),
        ("background: #fff; color-scheme: dark", "light"),
        ("color-scheme: dark", "dark"),
        ("color-scheme: light", "light"),
    ],
)
def test_it_is_as_dark_as_the_page_behind_it(widget_page, style, scheme):
    """Where a notebook names no colours, as marimo: by the background that is painted, else by the colour scheme."""
    mount(widget_page, TensorWidget(CASES["note"]()), style=style)
    root = widget_page.locator(".tensor-view")
    assert root.evaluate("root => getComputedStyle(root).colorScheme") == scheme
    text = "rgb(232, 237, 243)" if scheme == "dark" else "rgb(10, 15, 23)"
    assert root.evaluate("root => getComputedStyle(root).color") == text


def test_the_view_speaks_chinese(widget_page):
    """Chosen for the session."""
    mergescope.set_language("zh")
    try:
        widget = mergescope.show(np.ones((2, 3, 5), "float32"), np.ones((2, 3, 5), "float32"))
    finally:
        mergescope.set_language("en")
    mount(widget_page, widget)
    assert "输入" in widget_page.locator(".title").first.inner_text()
