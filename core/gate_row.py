"""One row of the table of gates, `core.gate_table`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core.gate_chain import Chain
from core.gate_plan import Step

Maps = Step | tuple[Step, ...]


@dataclass(frozen=True)
class Gate:
    """One row of the table.

    Attributes:
        name: stands in links.
        title: for people.
        equation: the whole gate on one line.
        paper: arXiv id; empty where there is none.
        shapes: what goes in and comes out, in terms of H, W, C: (symbol, shape).
        merges: names of the merges that the first variant uses, in order.
        variants: titles by name; the first is the default.
        function: (chain, x, g or None, variant) -> the step that holds the map, or all that do, in order; the last step
            is the output.
        code: (variant, filters, scale) -> a Keras function; `core.gates.gate_snippet` explains the arguments.
        signal: whether it takes a gating signal g.
        summary: what it does, in a sentence or two for people.
        aliases: other names that `run_gate` takes; one that is a variant's name chooses that variant.
        alone: whether it runs without g too, with x in its place; g may then be a vector for each sample, (n, D).
        weighs: whether its maps are weights from 0 to 1; otherwise any numbers.
        equations: of the variants that have another one than `equation`.
    """

    name: str
    title: str
    equation: str
    paper: str
    shapes: tuple[tuple[str, str], ...]
    merges: tuple[str, ...]
    variants: dict[str, str]
    function: Callable[[Chain, Step, Any, str], Maps]
    code: Callable[[str, int | None, tuple[int, int]], str]
    signal: bool = False
    summary: str = ""
    aliases: tuple[str, ...] = ()
    alone: bool = False
    weighs: bool = True
    equations: dict[str, str] = field(default_factory=dict)

    def equation_of(self, variant: str) -> str:
        """The whole of this variant on one line."""
        return self.equations.get(variant, self.equation)
