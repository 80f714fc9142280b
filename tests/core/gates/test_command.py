"""`python -m core.gates` as a process, and every gate as text."""

import subprocess
import sys
from pathlib import Path

import pytest

from core.gates import GATES
from core.gates.report import example_run, gate_list, gate_text, gates_markdown, main

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("name", GATES)
def test_every_gate_is_in_list_and_page(name):
    row = GATES[name]
    assert any(line.split()[0] == name and row.equation in line for line in gate_list().splitlines())
    assert f"## {row.title}" in gates_markdown()
    assert f"- name: `{name}`" in gates_markdown()


@pytest.mark.parametrize("name", GATES)
def test_a_run_as_text(name):
    """Every step, every merge, what is broadcast, what it costs."""
    trace = example_run(GATES[name])
    text = gate_text(trace)
    for step in trace.steps:
        assert step.name in text
        assert str(step.value.shape) in text
    assert text.count(" of (") == len(trace.merges)
    assert f"{trace.parameters:,} trainable parameters (untrained)" in text


def test_the_command_in_a_process_of_its_own():
    """In a shell, without a warning about a module that is imported twice."""
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-m", "core.gates", "swiglu", "2,3,5,7"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "(swiglu)" in answer.stdout
    assert "(2, 3, 5, 14)" in answer.stdout
    assert answer.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nope"], "There is no gate 'nope'"),
        (["se", "2,3"], "four axes"),
        (["se", "None,3,5,7"], "four axes"),
        (["se", "1,9000,9000,64"], "too large"),
        (["se", "1,1,1,5000"], "at most 262,144 elements and 1,024 channels"),
        (["attention", "1,5,6,7", "--g", "1,2,3,7"], "whole multiple"),
        (["se", "1,2,3,4", "--variant", "x"], "There is no variant 'x'"),
    ],
)
def test_what_cannot_be_run(capsys, arguments, said):
    """One sentence on standard error, and exit code 2."""
    assert main(arguments) == 2
    written = capsys.readouterr()
    assert said in written.err
    assert written.out == ""
