"""`inspect`, its gradients and the recorder with Keras on JAX, in a process of its own."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = [pytest.mark.keras, pytest.mark.skipif(find_spec("jax") is None, reason="JAX is not installed")]

ROOT = Path(__file__).parents[2]


def test_keras_on_jax_is_followed():
    """The same calls as on TensorFlow, their values, a gradient, and a training whose weights JAX holds apart."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.mergescope.jax_run", "jax"], cwd=ROOT, capture_output=True, text=True,
        check=False, env=os.environ | {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert [tuple(place) for place in found["places"]] == [
        ("shared", "Add", "layer"), ("shared#2", "Add", "layer"), ("gate/multiply", "Multiply", "operator"),
        ("gate/maximum", "Maximum", "function"), ("gate/concatenate", "Concatenate", "function"),
        ("mixed/true_divide", "", "operation"), ("mixed/add", "Add", "operator"), ("join", "Concatenate", "layer"),
        ("multiply", "Multiply", "operator"),
    ]  # fmt: skip
    assert found["made_by"].endswith("jax")
    assert found["output"] == found["product"] == 0
    assert "gate/multiply" in found["gates"]
    assert found["shown"] == "jax"
    assert found["gradient"] < 1e-6 < found["upstream"]
    assert found["steps"] == [0, 2, 4]
    assert 0 == found["moved"][0] < found["moved"][1] < found["moved"][2]
    assert found["last"] == 0
