"""A page of tensor views for the browser tests: `?case=name` chooses one. Says on screen what Python received."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import streamlit as st

sys.path.insert(0, str(Path(__file__).parents[3]))

from core import (
    MERGES,  # after the path: Streamlit runs this file by itself
    merge,
)
from ui.tensor_view import Order, Panel, Scale, Selection, TensorView, tensor_view
from ui.views import cached as kept

SIGN = {name: row.symbol for name, row in MERGES.items()}


def merge_view(operation, inputs, *, options=None, paintable=(), **more):
    """A merge of these inputs as a view."""
    merged = merge(operation, inputs, **(options or {}))
    operands = [
        Panel(f"input {n}", value, SIGN[operation] if n else "", paintable=n in paintable)
        for n, value in enumerate(inputs)
    ]
    return TensorView((*operands, Panel("result", merged.value, "=")), merged.alignment, **more)


def counting(shape, start=1):
    """1, 2, 3, ... in a shape."""
    return np.arange(start, start + int(np.prod(shape)), dtype="float32").reshape(shape)


def blobs(rows, cols, channels, seed=3):
    """Soft feature maps: (1, rows, cols, channels)."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:rows, 0:cols][..., None] / max(rows, cols)
    cy, cx, wide, sign = random.random((4, channels))
    wide = 0.05 + 0.35 * wide
    waves = np.sin(x * 20 * random.random(channels)) * np.cos(y * 20 * random.random(channels))
    blob = np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / wide**2) * (2 * sign - 0.6)
    return (blob + 0.25 * waves)[None].astype("float32")


def gate(rows=20, cols=20, channels=256, **more):
    """The attention gate: features times a map that can be painted on."""
    x = blobs(rows, cols, channels)
    y, z = np.mgrid[0:rows, 0:cols] / max(rows, cols)
    alpha = np.exp(-((y - 0.45) ** 2 + (z - 0.55) ** 2) / 0.06)[None, ..., None].astype("float32")
    energy = tuple(int(c) for c in np.argsort(-np.square(x * alpha).sum(axis=(0, 1, 2))))
    return merge_view(
        "Multiply", [x, alpha], paintable=(1,), live=True, orders=(Order("energy", "by energy", energy),),
        scale=Scale(range="tensor"), **more,
    )  # fmt: skip


def compared():
    """A result in the range of the input that it is compared with."""
    view = merge_view("Multiply", [blobs(7, 5, 3), counting((1, 7, 5, 1)) / 35], scale=Scale(range="channel"))
    first, second, result = view.panels
    return replace(view, panels=(first, second, replace(result, like=0)))


def strange():
    """NaN, infinities, and values past fixed limits."""
    x = counting((2, 4, 5))
    x[0, 0, 0], x[0, 1, 1], x[0, 2, 2] = np.nan, np.inf, -np.inf
    scale = Scale(range="fixed", limits=(0, 30), kind="sequential")
    return merge_view("Add", [x, counting((2, 1, 5), 0)], scale=scale)


def note():
    """The example of the notes, in strong colours."""
    return merge_view("Multiply", [counting((5, 1, 5)), counting((5, 4, 5), 51)], scale=Scale(range="channel"))


def large():
    """One tensor too large to draw, and one that is not."""
    huge = np.broadcast_to(np.float32(1), (5000, 1000))
    return TensorView((Panel("huge", huge), Panel("small", counting((2, 3)), "→")))


def uniform():
    """Two random tensors that the browser draws from their seeds, and their product, which it computes."""
    shapes = ((2, 7, 5, 37), (2, 7, 5, 37))
    inputs = [kept.sample("uniform", shape, number=n, seed=11, dtype="float32") for n, shape in enumerate(shapes)]
    return merge_view("Multiply", inputs, derived=True)


JOIN = {"axis": 1}
CASES = {
    "note": note,
    "gate": gate,
    "compared": compared,
    "wide": lambda: gate(160, 160, 32),
    "many": lambda: gate(20, 20, 2048),
    "512 channels": lambda: gate(20, 20, 512),
    "40×40": lambda: gate(40, 40, 128),
    "concatenate": lambda: merge_view("Concatenate", [counting((2, 3, 4)), counting((2, 2, 4), 51)], options=JOIN),
    "channels": lambda: merge_view("Concatenate", [blobs(8, 8, 5), blobs(8, 8, 3, seed=9)]),
    "dot": lambda: merge_view("Dot", [counting((2, 3, 8)), counting((2, 8, 5))], options={"axes": (2, 1)}),
    "inserted": lambda: merge_view("Multiply", [blobs(6, 6, 16), counting((1, 16))]),
    "three": lambda: merge_view("Average", [counting((2, 3)), counting((2, 3), 51), -counting((2, 3))]),
    "bias": lambda: merge_view("Add", [counting((3, 3)), counting((3, 1), 51)]),
    "vector": lambda: merge_view("Maximum", [counting((7,)), counting((7,))[::-1].copy()]),
    "scalar": lambda: merge_view("Add", [np.float32(2).reshape(()), np.float32(3).reshape(())]),
    "strange": strange,
    "nan": lambda: merge_view("Add", [np.full((2, 3), np.nan, "float32"), counting((2, 3))]),
    "zero": lambda: merge_view("Concatenate", [counting((2, 0, 3)), counting((2, 2, 3))], options=JOIN),
    "large": large,
    "uniform": uniform,
    "chain": lambda: TensorView((
        Panel("x", blobs(12, 12, 8)), Panel("pooled", blobs(6, 6, 8), "→"), Panel("α", blobs(12, 12, 1), "→"),
        Panel("mixed", blobs(12, 12, 4), "→", axes=(0, 1, 2, None)),
    )),
    "foreign": lambda: TensorView((Panel("<img src=x onerror=alert(1)>", counting((2, 3))),)),
}  # fmt: skip


@st.fragment
def show():
    """Only this runs again when the person lets go."""
    query = st.query_params
    asked = json.loads(query["ask"]) if "ask" in query else None
    selection = None
    if asked is not None:
        selection = Selection(
            **{name: tuple(value) if isinstance(value, list) else value for name, value in asked.items()}
        )
    st.session_state.runs = st.session_state.get("runs", 0) + 1
    chosen = tensor_view(cached(query.get("case", "note")), key="view", selection=selection)
    received = {
        **chosen.sent(),
        "runs": st.session_state.runs,
        "painted": None if chosen.painted is None else float(chosen.painted.sum()),
    }
    if query.get("received", "1") == "1":
        st.code(json.dumps(received), language=None)


@st.cache_resource
def cached(name):
    """A view, made once."""
    return CASES[name]()


@st.fragment
def again():
    """Draws the whole page anew, as a watch does when an answer has come."""
    if st.button("Again"):
        st.rerun()


st.set_page_config(page_title="Tensor view", layout="wide")
again()
if not st.checkbox("Hide", key="hide"):
    show()
