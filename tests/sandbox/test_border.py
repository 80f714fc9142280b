"""The process that serves pages, after it has asked the real layer."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.keras
def test_the_server_never_imports_keras():
    """A whole question and answer in a fresh process, then a look at what it has imported."""
    code = f"""
import sys
import numpy as np
from sandbox.verification.verify import verify
verdict = verify("Multiply", [np.ones((2, 3)), np.ones((2, 1))]).result({PATIENCE})
print(verdict.status, verdict.exact, verdict.versions, verdict.backend, sep=";")
imported = {{name.partition(".")[0] for name in sys.modules}}
print(sorted(imported & {{"keras", "tensorflow", "h5py", "jax", "torch", "streamlit"}}))
"""
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=True)
    verdict, heavy = run.stdout.splitlines()
    assert verdict.startswith("same;True;Keras 3.")
    assert heavy == "[]"
