"""The log as JSON lines, without anything that a visitor typed or uploaded.

Messages of this app contain nothing of the kind. Of a message from a library only its template is kept, and of an
error only its type and where it happened, since values and error texts may quote what a visitor sent.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
import traceback
from logging import LogRecord
from typing import Any

from ui import streamlit_internals

_OURS = ("ui", "core", "sandbox", "figures", "pages", "app", "__main__")
_OWN_FIELDS = ("page", "ms", "reason", "status")  # given by `ui/counters.py` as `extra`
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|[0-9a-f]{8}-[0-9a-f-]{27}|https?://\S+|(?<!\w)/\S+|\d{4,}")
_MOST = 300  # characters of a message
_DEEPEST = 12  # frames of an error


class JsonLines(logging.Formatter):
    """One line for each record."""

    def format(self, record: LogRecord) -> str:
        """Time in UTC, level, logger, message, what `ui/counters.py` adds, and of an error its type and frames."""
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
        }
        line |= {name: record.__dict__[name] for name in _OWN_FIELDS if name in record.__dict__}
        if record.exc_info and record.exc_info[1]:
            line |= _error(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def _message(record: LogRecord) -> str:
    if record.name.split(".")[0] in _OURS:
        return record.getMessage()[:_MOST]
    template = str(record.msg)
    return template[:_MOST] if record.args else _QUOTED.sub("…", template.split("\n", 1)[0])[:_MOST]


def _error(error: BaseException) -> dict[str, Any]:
    frames = [
        f"{'/'.join(frame.filename.split('/')[-2:])}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)[-_DEEPEST:]
    ]
    return {"error": type(error).__name__, "at": frames}


def as_json() -> None:
    """From now on, every logger of this process writes JSON lines to standard error, Streamlit's own included."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    streamlit_internals.use_log_handler(handler)
    for name in ("uvicorn", "uvicorn.access", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.WARNING)  # connections are counted already
