"""Hints on the gates of a model file: which operand is the gate, and what is said of it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.model_file.file import read_model
from sandbox.model_file.gate_hints import all_hints, gate_of, graph_of, hints
from sandbox.model_run.report import as_json, as_text
from tests.ui.inspector.models import dense_gate_file, gate_file, keras_file, unet_file

ROOT = Path(__file__).parents[3]


def test_the_gate_is_known_without_a_run():
    """By its sigmoid, however it is brought to the grid of x; else by its single channel."""
    model = read_model(unet_file())
    assert gate_of(graph_of(model), model.merge("gated")) == 1
    model = read_model(gate_file())
    assert gate_of(graph_of(model), model.merge("gate")) == 1
    assert gate_of(graph_of(model), model.merge("sum")) is None


def test_a_gate_on_the_skip_connection_has_no_hint():
    assert all_hints(read_model(unet_file())) == {}


def test_swapped_roles():
    """The map multiplies the upsampled gating signal."""
    found = all_hints(read_model(unet_file("up", ("x", "gated"))))
    assert list(found) == ["gated"]
    (hint,) = found["gated"]
    assert "Are x and g swapped?" in hint
    assert hint.values == {"gate": "alpha", "features": "up", "other": "x"}


def test_gated_and_ungated_in_one_join():
    (hint,) = all_hints(read_model(unet_file(joined=("x", "up", "gated"))))["gated"]
    assert hint.startswith("join receives x both gated and ungated")


@pytest.mark.parametrize(("axis", "said"), [(-1, True), (2, True), (1, False), ([1], False)])
def test_a_softmax_over_channels_or_over_positions(axis, said):
    """Shares over the positions are what attention over positions is."""
    assert bool(all_hints(read_model(dense_gate_file(softmax_axis=axis)))) == said


def test_a_dense_gate_of_all_channels_and_of_one():
    (hint,) = all_hints(read_model(dense_gate_file()))["gated"]
    assert "as many values as the features" in hint
    assert all_hints(read_model(dense_gate_file(units=1))) == {}


def test_a_run_may_know_better():
    """The number of the gate, read off its values, comes before what the graph says."""
    model = read_model(unet_file())
    assert hints(model, model.merge("gated"), gate=0) == ()
    assert hints(model, model.merge("sum")) == ()


def test_in_the_terminal():
    """As text and as JSON, in a process of its own."""
    model = read_model(unet_file("up", ("x", "gated")))
    assert "    hint: alpha multiplies up, which is the deeper of its two sources" in as_text(model, None)
    merges = {entry["id"]: entry for entry in as_json(model, None)["merges"]}
    assert len(merges["gated"]["hints"]) == 1
    assert merges["sum"]["hints"] == []


def test_an_incompatible_merge_brings_its_fixes(tmp_path):
    """In the listing, without a run."""
    file = tmp_path / "model.keras"
    file.write_bytes(
        keras_file(
            [
                ("x", "InputLayer", [None, 7, 5, 3], []),
                ("a", "InputLayer", [None, 7, 5], []),
                ("y", "Multiply", [None, 7, 5, 3], ["x", "a"]),
            ],
            ["y"],
        )
    )
    run = subprocess.run(
        [sys.executable, "-m", "sandbox.inspect_model", file], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert "incompatible shapes" in run.stdout
    assert "b = keras.layers.Reshape((7, 5, 1))(b)" in run.stdout
    fixes = as_json(read_model(file.read_bytes()), None)["merges"][0]["fixes"]
    assert json.loads(json.dumps(fixes))[0]["shapes"] == [[None, 7, 5, 3], [None, 7, 5, 1]]
