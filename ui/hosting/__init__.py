"""What a public server has on top of the app: headers, quotas, figures, a log. `serve.py` puts it together."""

from ui.hosting.defaults import read_defaults
from ui.hosting.doors import MIDDLEWARE
from ui.hosting.life import lifespan, on_script_error

__all__ = ["MIDDLEWARE", "lifespan", "on_script_error", "read_defaults"]
