"""Home: the first example, live, and a door to every page."""

import streamlit as st

from core import merge
from core.presets import PRESETS
from core.slices import Slice
from figures.heatmap import heatmaps
from ui import cached, frame
from ui.text import t

frame.begin("Home")
st.title("Mergescope")
st.markdown(
    t(
        "Mergescope shows what a Keras merge layer really does to your tensors: which axis was stretched, which cells "
        "made which cell, and, where the shapes do not fit, why and how to mend it."
    )
)

example = PRESETS["note-multiply"]
inputs = [
    cached.sample(example.sample, shape, number=number, seed=0, dtype="float32")
    for number, shape in enumerate(example.shapes)
]
result = merge(example.operation, inputs).value
names = [t("input {number}", number=0), t("input {number}", number=1), t("output")]
slices = [
    Slice(f"{name} {values.shape}", values[0], t("axis {axis}", axis=1), t("axis {axis}", axis=2), symbol=symbol)
    for name, values, symbol in zip(names, [*inputs, result], ["", "×", "="], strict=True)
]
st.plotly_chart(heatmaps(slices), config={"displayModeBar": False}, alt=t("Inputs and output as heatmaps"))
st.caption(t("The first sample of five: one row of the first input meets all four rows of the second, so 51 = 1 × 51."))
st.page_link("pages/1_Merge_lab.py", label=t("Open the Merge lab"), icon=":material/layers:")

frame.end()
