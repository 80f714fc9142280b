"""What a public server has on top of the app: headers, quotas, figures, a log. `serve.py` puts it together."""

from ui.hosting.env_file import read_defaults
from ui.hosting.lifespan import lifespan, on_script_error
from ui.hosting.middleware import MIDDLEWARE

__all__ = ["MIDDLEWARE", "admission", "lifespan", "on_script_error", "read_defaults", "status"]
