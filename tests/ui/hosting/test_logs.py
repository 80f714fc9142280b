"""The log: one JSON object a line, and nothing in it that came from outside."""

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from ui.hosting.logs import JsonLines

ROOT = Path(__file__).parents[3]
SECRET = "b0a7c1de-1111-2222-3333-444455556666"


def line(name: str, message: str, *values, error: Exception | None = None, **extra) -> dict:
    """A record, as it would be written."""
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(name, logging.WARNING, __file__, 7, message, values, info)
    record.__dict__.update(extra)
    return json.loads(JsonLines().format(record))


def test_our_own_messages_stand_in_full():
    written = line(
        "sandbox.processes.child", "The process of %s is lost: %s", "sandbox.verification.worker", "after 20 s"
    )
    assert written["message"] == "The process of sandbox.verification.worker is lost: after 20 s"
    assert written["level"] == "warning"
    assert written["time"].endswith("Z")


def test_fields_of_a_run_are_kept_and_others_are_not():
    written = line("ui.counters", "run", page="Merge lab", ms=31, typed="5,4,5")
    assert (written["page"], written["ms"]) == ("Merge lab", 31)
    assert "typed" not in written


@pytest.mark.parametrize(
    ("message", "values"),
    [
        ("Session with id %s is already connected!", (SECRET,)),
        (f"Session with id {SECRET} is already connected!", ()),
        ("File '/home/me/secret.npy' at https://host.test/?s0=5 said 'hello'", ()),
        ("Value %r for %s", ("typed", "s0")),
        ("first line\nsecond line with secrets", ()),
    ],
)
def test_of_a_librarys_message_the_template_is_left(message, values):
    written = json.dumps(line("streamlit.runtime", message, *values))
    for part in (SECRET, "secret", "host.test", "hello", "typed"):
        assert part not in written


def test_an_error_is_its_type_and_place():
    """What it says may quote what a visitor typed."""
    try:
        int("typed by a visitor")
    except ValueError as error:
        written = line("ui.hosting.lifespan", "a page failed", error=error)
    assert written["error"] == "ValueError"
    assert written["at"][-1].startswith("hosting/test_logs.py:")
    assert "typed by a visitor" not in json.dumps(written)


def test_streamlits_own_loggers_write_json_too():
    """Those that are there, and those that are made later."""
    code = (
        "from streamlit.logger import get_logger; early = get_logger('streamlit.early')\n"
        "from ui.hosting.logs import as_json; as_json(); early.warning('one %s', 'hidden')\n"
        "get_logger('streamlit.late').warning('two'); import logging; logging.getLogger('other').error('three')\n"
        "import warnings; warnings.warn('four')"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    lines = [json.loads(text) for text in run.stderr.splitlines()]
    assert [one["message"] for one in lines][:3] == ["one %s", "two", "three"]
    assert len(lines) == 4
    assert "hidden" not in run.stderr
