"""The gates as text: the list, a run in a terminal, the page of the docs."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.gate_text import example_run, gate_list, gate_text, gates_markdown, main, stretches
from core.gates import GATES, run_gate

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_of_the_docs_is_that_of_the_table():
    """`python -m core.gates --markdown > docs/gates.md` after a change of the table."""
    assert (ROOT / "docs" / "gates.md").read_text(encoding="utf-8") == gates_markdown()


@pytest.mark.parametrize("name", GATES)
def test_every_gate_is_in_list_and_page(name):
    row = GATES[name]
    assert any(line.split()[0] == name and row.equation in line for line in gate_list().splitlines())
    assert f"## {row.title}" in gates_markdown()
    assert f"- name: `{name}`" in gates_markdown()


@pytest.mark.parametrize("name", GATES)
def test_a_run_as_text(name):
    """Every step, every merge, who is stretched, what it costs."""
    trace = example_run(GATES[name])
    text = gate_text(trace)
    for step in trace.steps:
        assert step.name in text
        assert str(step.value.shape) in text
    assert text.count(" of (") == len(trace.merges)
    assert f"{trace.parameters:,} weights (untrained)" in text


def test_who_is_stretched():
    """BAM stretches both; the residual sum neither."""
    bam, residual = example_run(GATES["bam"]), example_run(GATES["residual"])
    assert stretches(bam.step("sum")) == ((0, (1, 2)), (1, (3,)))
    assert stretches(residual.step("sum")) == ()
    assert stretches(bam.step("alpha")) == ()
    assert "Ms is stretched over channels" in gate_text(bam)


def test_trained_weights_are_told():
    trace = example_run(GATES["se"])
    again = run_gate("se", trace.step("x").value, weights=trace.weights)
    assert "(trained)" in gate_text(again)


def test_the_command_in_a_process_of_its_own():
    """As people call it, without a warning about the module being there twice."""
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
        (["se", "1,9000,9000,64"], "too many"),
        (["se", "1,1,1,5000"], "up to 262,144 numbers in up to 1,024 channels"),
        (["attention", "1,5,6,7", "--g", "1,2,3,7"], "whole multiple"),
        (["se", "1,2,3,4", "--variant", "x"], "There is no variant 'x'"),
    ],
)
def test_what_cannot_be_run(capsys, arguments, said):
    """One sentence on standard error, and 2."""
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert told.out == ""


def test_list_and_run_return_0(capsys):
    assert main([]) == 0
    assert main(["film", "1,4,6,5", "--g", "1,1,1,3", "--seed", "4"]) == 0
    assert "(1, 1, 1, 5)" in capsys.readouterr().out
    assert np.isfinite(example_run(GATES["film"]).output).all()
