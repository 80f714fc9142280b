"""Home: the first example, live, and a door to every page."""

import streamlit as st

from core import merge
from core.merges.arithmetic import arithmetic
from core.merges.presets import PRESETS
from ui import frame
from ui.export import export_menu
from ui.lab import sections
from ui.tensor_view import tensor_view
from ui.text import t
from ui.views import cached
from ui.views.loaded_code import loaded_code
from ui.views.merge_view import values_view
from ui.views.selection import linked_selection

frame.begin("Home")
st.title("Mergescope")
example = PRESETS["note-multiply"]
inputs = [
    cached.sample(example.sample, shape, number=number, seed=0, dtype="float32")
    for number, shape in enumerate(example.shapes)
]
merged = merge(example.operation, inputs)
st.markdown(
    t(
        "Mergescope shows what a Keras merge layer really does to your tensors: which axis was stretched, which cells "
        "made which cell, and, where the shapes do not fit, why and how to mend it. Here one row of the first input "
        "meets all four rows of the second, {first}; point at any cell to see where its number comes from.",
        first=arithmetic(merged, inputs, (0, 0, 0)),
    )
)
view = values_view(merged.alignment, [*inputs, merged.value], gallery=False)
chosen = tensor_view(view, key="example", selection=linked_selection(merged.value.ndim))
title, code = sections.title_of(example.operation, example.shapes), loaded_code(example.operation, example.shapes)
export_menu(view, chosen, title=title, code=code)
frame.doors()

frame.end()
