"""The app as a public server: `python serve.py`, with the settings of `deploy/public.env` and of the environment.

`python serve.py --workers N` runs N of them behind one port, with nginx. For yourself, `make run` is enough;
`docs/hosting.md` says what this adds.
"""

import argparse
import os
import sys

import streamlit as st
from starlette.middleware import Middleware

from ui import hosting, stage

app = st.App(
    "app.py",
    lifespan=hosting.lifespan,
    middleware=[*hosting.MIDDLEWARE, Middleware(stage.FirstPage)],
    on_script_error=hosting.on_script_error,
)


def main() -> int:
    """Replace this process by Streamlit's own command, which alone reads the environment; or run several of them."""
    parser = argparse.ArgumentParser(prog="python serve.py", epilog="Other options are Streamlit's own.")
    parser.add_argument("--workers", type=int, default=1, help="servers behind one port; more than 1 needs nginx")
    given, others = parser.parse_known_args()
    hosting.read_defaults()
    command = [sys.executable, "-m", "streamlit", "run", __file__, *others]
    if given.workers != 1:
        return hosting.run_workers(given.workers, command)
    os.execv(sys.executable, command)  # noqa: S606  # fixed


if __name__ == "__main__":
    sys.exit(main())
