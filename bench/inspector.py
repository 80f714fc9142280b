"""The model inspector: listing without Keras, and from the file to the recorded merges of EfficientNetB0."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from bench.timing import Row, side_by_side
from sandbox.model_file.file import read_model
from sandbox.model_run.handle import open_model, warm
from sandbox.model_run.slots import the_slots
from tests.conftest import FLAGS, installed_browser, running_app, settle


def measure() -> list[Row]:
    """Compared with Keras's own loading of the same file."""
    import keras  # noqa: PLC0415  # after the sandbox, which must not need it

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        _fifty(keras).save(path)
        content = path.read_bytes()
        listing, loading = side_by_side(
            lambda: read_model(content), lambda: keras.saving.load_model(path, compile=False), rounds=10
        )
        keras.applications.EfficientNetB0(weights=None).save(path)
        painted = _painted(path)
        recorded, loaded = _recorded(path.read_bytes()), _timed(lambda: keras.saving.load_model(path, compile=False))
    return [
        Row("listing 50 layers", listing, loading, "keras load_model", "under 0.2 s", listing < 0.2),
        Row("EfficientNetB0: file to all merges", recorded, loaded, "keras load_model", "under 10 s", recorded < 10),
        Row(
            "upload to first merge painted, EfficientNetB0",
            painted,
            loaded,
            "keras load_model",
            "under 10 s",
            painted < 10,
        ),
    ]


def _fifty(keras: Any) -> Any:
    """Sixteen residual blocks of three layers."""
    layers = keras.layers
    x = first = keras.Input((8, 8, 4))
    for _ in range(16):
        x = layers.Add()([layers.ReLU()(layers.Conv2D(4, 3, padding="same")(x)), first])
    return keras.Model(first, x)


def _recorded(content: bytes) -> float:
    """Read, load and run the model and fetch the tensors of the first merge, as the page does."""
    warm()  # the page does so when it is opened
    spare = the_slots()._spare
    assert spare is not None
    spare.process.submit("tensors", {"merge": ""}).result()  # wait until it is warm
    image = np.random.default_rng(0).random((1, 224, 224, 3), np.float32)

    def whole() -> None:
        handle = open_model(content)
        try:
            handle.run({handle.model.inputs[0].name: image}).result()
            handle.tensors(handle.model.merges[0].id).result()
        finally:
            handle.close()

    return _timed(whole)


def _painted(path: Path) -> float:
    """In Chromium, on a server that has been up for a moment: from choosing the file to the first canvas."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # only measures need a browser

    with running_app() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed_browser(), args=FLAGS)
        try:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.set_default_timeout(180_000)
            page.goto(f"{address}/Model_inspector?msrc=own&m0k=noise")
            settle(page)
            page.wait_for_timeout(10_000)

            def whole() -> None:
                page.locator("input[type=file]").first.set_input_files(path)
                page.locator("canvas").first.wait_for()

            return _timed(whole)
        finally:
            browser.close()


def _timed(call: Callable[[], object]) -> float:
    start = perf_counter()
    call()
    return perf_counter() - start
