"""From the start of the server to the first picture, compared with an empty Streamlit app with one heatmap."""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from playwright.sync_api import Browser, sync_playwright

from bench.timing import Row
from tests.conftest import FLAGS, installed_browser, running_app

_ROUNDS = 5
_EMPTY = """
import plotly.graph_objects as go
import streamlit as st
st.plotly_chart(go.Figure(go.Heatmap(z=[[1, 2], [3, 4]])))
"""


def measure() -> list[Row]:
    """Home and the Merge lab compared with the empty app, in turn."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        empty = Path(folder) / "empty.py"
        empty.write_text(_EMPTY, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=installed_browser(), args=FLAGS)
        cases = {"Home": ("app.py", ""), "Merge lab": ("app.py", "Merge_lab"), "empty": (str(empty), "")}
        times: dict[str, list[float]] = {name: [] for name in cases}
        for _ in range(_ROUNDS):
            for name, (script, path) in cases.items():
                times[name].append(_first_picture(browser, script, path))
        browser.close()
    base = median(times["empty"])
    return [_row(name, median(times[name]), base) for name in ("Home", "Merge lab")]


def _row(name: str, ours: float, base: float) -> Row:
    return Row(f"start to first picture: {name}", ours, base, "empty app", "at most 1.3 times", ours <= 1.3 * base)


def _first_picture(browser: Browser, script: str, path: str) -> float:
    start = perf_counter()
    with running_app(script) as address:
        page = browser.new_page()
        page.goto(f"{address}/{path}")
        page.wait_for_selector(".js-plotly-plot .heatmaplayer image, .js-plotly-plot .hm, canvas[data-painted]")
        seconds = perf_counter() - start
        page.close()
    return seconds
