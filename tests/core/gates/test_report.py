"""Gates as text: the list, a run, the page in docs/, a terminal; and a gate that is new."""

import dataclasses
from pathlib import Path

import pytest

from core.gates import GATES, run_gate, table
from core.gates.report import broadcast_axes, example_run, gate_list, gate_text, gates_markdown, main
from core.merges.samples import make_sample

ROOT = Path(__file__).parents[3]


def test_the_page_in_docs_is_made_of_the_table():
    assert (ROOT / "docs/gates.md").read_text(encoding="utf-8") == gates_markdown()


@pytest.mark.parametrize("name", GATES)
def test_the_merges_of_a_row_are_those_of_a_run(name):
    trace = example_run(GATES[name])
    assert tuple(step.alignment.operation for step in trace.merges) == GATES[name].merges


def test_what_is_broadcast():
    """Squeeze-and-excitation broadcasts over rows and columns; coordinate attention over one axis each."""
    (step,) = run_gate("se", make_sample("normal", (2, 3, 5, 7))).merges
    assert broadcast_axes(step) == ((1, (1, 2)),)
    step = run_gate("coordinate", make_sample("normal", (2, 3, 5, 7))).merges[-1]
    assert broadcast_axes(step) == ((1, (2,)), (2, (1,)))
    assert broadcast_axes(run_gate("se", make_sample("normal", (2, 3, 5, 7))).step("x")) == ()


def test_a_run_as_text():
    text = gate_text(run_gate("se", make_sample("normal", (2, 3, 5, 7))))
    assert "Multiply of (2, 3, 5, 7), (2, 1, 1, 7)" in text
    assert "s is broadcast over rows, columns" in text
    assert "(untrained)" in text


def test_in_a_terminal(capsys):
    assert main([]) == 0
    assert capsys.readouterr().out == gate_list() + "\n"
    assert main(["eca", "2,3,5,7"]) == 0
    assert "(2, 3, 5, 7)" in capsys.readouterr().out
    assert main(["--markdown"]) == 0
    assert capsys.readouterr().out == gates_markdown()


@pytest.mark.parametrize("said", [["nonsense"], ["se", "3,5"], ["se", "2,None,5,7"], ["se", "1,9999,9999,9999"]])
def test_what_is_wrong_in_one_line(said, capsys):
    assert main(said) == 2
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.strip()
    assert "Traceback" not in written.err


def test_a_new_gate_is_one_row(monkeypatch):
    """A toy in the table appears in the list, in the text of a run and in the docs."""
    toy = dataclasses.replace(GATES["se"], name="toy", title="A toy gate", aliases=("plaything",))
    monkeypatch.setitem(table.GATES, "toy", toy)
    assert any(line.startswith("toy ") for line in gate_list().splitlines())
    assert gate_text(run_gate("plaything", make_sample("normal", (2, 3, 5, 7)))).startswith("A toy gate (paper)")
    assert "## A toy gate" in gates_markdown()
