#!/usr/bin/env bash
# A session keeps the callbacks of every widget that it ever had, with all that they hold.
#
# Versions:  Streamlit 1.67.0
# Behaviour: A slider whose upper end changes is another widget, and Streamlit drops the value of the one before after the
#            run. It keeps its callback and the arguments of that until the session ends, so arrays that are passed to a
#            callback, or that a closure reads, pile up: here four of 4 MB for a page that shows one slider.
# Output:    arrays of callbacks that are still alive after 4 runs: 4 of 4, sliders on the page: 1
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check streamlit==1.67.0
cd "$folder"
cat > finding.py <<'PYTHON'
import gc

import streamlit as st
from streamlit.testing.v1 import AppTest

st.arrays = []  # weak references to what was passed to each callback


def page():
    import weakref

    import numpy as np
    import streamlit as st

    array = np.zeros(1_000_000, "float32")
    st.arrays.append(weakref.ref(array))
    st.slider("Channel", 0, st.session_state.get("end", 5), on_change=lambda _: None, args=(array,))


app = AppTest.from_function(page).run()
for end in (7, 11, 13):
    app.session_state["end"] = end
    app.run()
gc.collect()
alive = sum(array() is not None for array in st.arrays)
print(f"arrays of callbacks that are still alive after 4 runs: {alive} of 4, sliders on the page: {len(app.slider)}")
assert alive == 4
assert len(app.slider) == 1
PYTHON
venv/bin/python finding.py 2>/dev/null
