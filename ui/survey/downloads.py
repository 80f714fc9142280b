"""Files of a survey: the table of the images as CSV and Parquet, the strip that is shown as PNG."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import streamlit as st
from PIL import Image, ImageDraw, ImageFont

from core.dtypes import Array
from core.tensor_view.colours import colours
from survey.rank import FIGURES_OF_IMAGE
from survey.results import Results
from ui.files.spreadsheet import csv_file
from ui.text import t

_TILE, _LABEL, _ACROSS = 128, 18, 8  # pixels of a map and of its label; maps in a row
_MIME = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet", "png": "image/png"}


def show_downloads(results: Results, gate: int, rows: Sequence[int]) -> None:
    """Three buttons; each file is made when its button is pressed.

    Args:
        results: of the survey.
        gate: number of the gate that is shown.
        rows: of the images that are shown.
    """
    name = results.folder.name
    with st.container(horizontal=True):
        _button(t("Maps shown (.png)"), partial(strip_png, results, gate, rows), _file_name(name, "png"), "image")
        _button(t("All images (.csv)"), partial(images_csv, results), _file_name(name, "csv"), "table")
        _button(t("All images (.parquet)"), partial(images_parquet, results), _file_name(name, "parquet"), "database")


def _button(label: str, make: Callable[[], bytes], file: str, icon: str) -> None:
    mime = _MIME[file.rsplit(".", 1)[-1]]
    st.download_button(label, make, file, mime, on_click="ignore", icon=f":material/{icon}:")


def _file_name(name: str, ending: str) -> str:
    return f"{re.sub(r'[^A-Za-z0-9_.-]+', '_', name).strip('._')[:60] or 'survey'}.{ending}"


def columns(results: Results) -> dict[str, Array]:
    """All images by column: id, error, and for each gate "GATE mean" and so on."""
    found: dict[str, Array] = {
        name: results.column(name) for name in ("number", "id", "error", "answer_not_finite", "mask")
    }
    for number, gate in enumerate(results.gates):
        found[f"{gate} verdict"] = results.verdicts(number)
        for name in (*FIGURES_OF_IMAGE, "not_finite", "oddness"):
            found[f"{gate} {name}"] = results.column(f"g{number}_{name}")
    return found


def images_csv(results: Results) -> bytes:
    """A line for each image; what a spreadsheet would take for a formula is quoted."""
    table = columns(results)
    lines = ([_cell(value) for value in line] for line in zip(*table.values(), strict=True))
    return csv_file([[*table], *lines])


def _cell(value: object) -> str:
    return "" if isinstance(value, float) and np.isnan(value) else str(value)


def images_parquet(results: Results) -> bytes:
    """The same for programs, without the maps."""
    stream = io.BytesIO()
    table = columns(results)
    arrays = {name: pa.array(list(values) if values.dtype.kind == "O" else values) for name, values in table.items()}
    pq.write_table(pa.table(arrays), stream, compression="zstd")
    return stream.getvalue()


def strip_png(results: Results, gate: int, rows: Sequence[int]) -> bytes:
    """The maps of some images with their names, as one picture."""
    maps = results.maps(gate, rows)
    down = max(1, -(-len(rows) // _ACROSS))
    sheet = Image.new("RGB", (_ACROSS * _TILE, down * (_TILE + _LABEL)), "white")
    pen = ImageDraw.Draw(sheet)
    for at, (row, plane) in enumerate(zip(rows, maps, strict=True)):
        left, top = at % _ACROSS * _TILE, at // _ACROSS * (_TILE + _LABEL)
        tile = Image.fromarray(colours("cividis")[plane][..., :3].astype(np.uint8))
        sheet.paste(tile.resize((_TILE - 4, _TILE - 4), Image.Resampling.NEAREST), (left + 2, top + 2))
        text = re.sub(r"[^\x20-\x7e]", "?", str(results.ids[row]))[-20:]
        pen.text((left + 3, top + _TILE - 1), text, "black", ImageFont.load_default(12))
    stream = io.BytesIO()
    sheet.save(stream, "PNG")
    return stream.getvalue()
