"""What a host may set: read in one place, and refused with a clear text where it makes no sense."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from core import settings

ROOT = Path(__file__).parent.parent.parent


def test_a_number_that_is_set_and_one_that_is_not(monkeypatch):
    monkeypatch.setenv("MERGESCOPE_A", " 17 ")
    monkeypatch.setenv("MERGESCOPE_B", "")
    assert [settings.number(name, 5) for name in ("A", "B", "C")] == [17, 5, 5]
    assert settings.number("D", 0, least=0) == 0


@pytest.mark.parametrize("text", ["0", "-3", "many", "1e6", "4.5"])
def test_nonsense_stops_the_start(monkeypatch, text):
    """A server that ran without the limit that was meant would be worse."""
    monkeypatch.setenv("MERGESCOPE_A", text)
    with pytest.raises(ValueError, match=f"MERGESCOPE_A='{text}': expected an integer of at least 1"):
        settings.number("A", 5)


def test_a_limit_that_is_set_holds_in_the_command():
    """In a fresh process, as a host would set it."""
    code = "from core.limits import check_elements; check_elements([(7, 11)], (7, 11))"
    environment = {"MERGESCOPE_MAX_ELEMENTS": "76", "PATH": ""}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert "(7, 11) has 77 elements; at most 76 are computed." in run.stderr


def test_the_environment_is_read_in_one_place():
    """Elsewhere only by the sandbox, which hands it on to its children and sets up TensorFlow in them."""
    allowed = {"core/settings.py", "ui/hosting/env_file.py"}
    folders = ("core", "figures", "pages", "ui")
    found = {
        str(file.relative_to(ROOT))
        for folder in folders
        for file in (ROOT / folder).rglob("*.py")
        if any(
            isinstance(node, ast.Attribute) and node.attr == "environ"
            for node in ast.walk(ast.parse(file.read_bytes()))
        )
    }
    assert found <= allowed
    texts = [file.read_text(encoding="utf-8") for file in (ROOT / "sandbox").rglob("*.py")]
    assert not [text for text in texts if 'environ.get("MERGESCOPE' in text or 'environ["MERGESCOPE' in text]
