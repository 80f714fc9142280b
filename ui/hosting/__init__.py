"""What a public server adds to the app: headers, quotas, metrics, a log. `serve.py` connects it."""

from ui.hosting.env_file import read_defaults
from ui.hosting.lifespan import lifespan, on_script_error
from ui.hosting.middleware import MIDDLEWARE
from ui.hosting.workers import run_workers

__all__ = [
    "MIDDLEWARE",
    "admission",
    "budget",
    "garbage",
    "lifespan",
    "on_script_error",
    "read_defaults",
    "run_workers",
    "status",
]
