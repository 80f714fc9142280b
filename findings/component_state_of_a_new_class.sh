#!/usr/bin/env bash
# The state of a component is of another class each time that it is read.
#
# Versions:  Streamlit 1.67.0
# Behaviour: `st.session_state[key]` of a component (version 2) is a dictionary of a class that Streamlit makes for this one
#            reading. The classes of two readings differ, and a dictionary cannot be pickled. Each run reads the state of
#            every component of the session and keeps what it gets, so a session with n components holds n such classes,
#            and each run leaves n for the garbage collection.
# Output:    equal: True, of one class: False, as many classes as components: True
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check streamlit==1.67.0
cd "$folder"
cat > finding.py <<'PYTHON'
import gc
import pickle

from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st

    component = st.components.v2.component("mine", html="<p></p>", js="export default function () {}")
    for number in range(3):
        component(key=f"c{number}", default={"chosen": number}, on_chosen_change=lambda: None)
    st.session_state["seen"] = [st.session_state["c1"], st.session_state["c1"]]


app = AppTest.from_function(page).run()
for _ in range(4):
    app.run()
assert not app.exception, app.exception
first, second = app.session_state["seen"]
gc.collect()
alive = sum(isinstance(one, type) and one.__name__ == type(first).__name__ for one in gc.get_objects())
print(f"equal: {first == second}, of one class: {type(first) is type(second)}, as many classes as components: {alive >= 3}")
assert first == second == {"chosen": 1}
assert type(first) is not type(second)
assert alive >= 3
try:
    pickle.dumps(first)
except (AttributeError, pickle.PicklingError):
    pass
else:
    raise AssertionError("it can be pickled")
PYTHON
venv/bin/python finding.py 2>/dev/null
