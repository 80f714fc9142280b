#!/usr/bin/env bash
# In AppTest a click inside a fragment runs the whole page.
#
# Versions:  Streamlit 1.67.0
# Behaviour: In the browser a widget inside `@st.fragment` reruns the fragment only. AppTest reruns the whole script, so a
#            test does not notice code that relies on the page not being run, and counts runs that do not occur.
# Output:    page runs: 2, fragment runs: 2 (in the browser: 1 and 2)
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check streamlit==1.67.0
cd "$folder"
export TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES=
cat > finding.py <<'PYTHON'
from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st

    st.session_state["page"] = st.session_state.get("page", 0) + 1

    @st.fragment
    def part():
        st.session_state["part"] = st.session_state.get("part", 0) + 1
        st.button("again", key="again")

    part()


app = AppTest.from_function(page).run()
app.button(key="again").click().run()
runs = app.session_state["page"], app.session_state["part"]
print(f"page runs: {runs[0]}, fragment runs: {runs[1]} (in the browser: 1 and 2)")
assert runs == (2, 2), runs
PYTHON
venv/bin/python finding.py
