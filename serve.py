"""The app as a public server: `python serve.py`, with the settings of `deploy/public.env` and of the environment.

For yourself, `make run` is enough; `docs/hosting.md` says what this adds.
"""

import os
import sys

import streamlit as st

from ui import hosting

app = st.App(
    "app.py", lifespan=hosting.lifespan, middleware=hosting.MIDDLEWARE, on_script_error=hosting.on_script_error
)

if __name__ == "__main__":
    hosting.read_defaults()
    # Streamlit reads the environment in its own command alone, so this process becomes that command.
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", __file__, *sys.argv[1:]])  # noqa: S606  # fixed
