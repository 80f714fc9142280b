"""Keeps account of the steps of a gate as they are made, and of the weights that they use."""

from __future__ import annotations

from typing import Any

from core.dtypes import Array, flush
from core.gate_plan import Back, Label, Step
from core.gate_weights import Weights


class Ledger:
    """The steps of one run.

    Attributes:
        weights: where they come from.
        steps: so far.
    """

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.steps: list[Step] = []

    def put_in(self, label: Label, value: Array) -> Step:
        """An input of the gate."""
        return self._note(label, value, (), None)

    def _note(self, label: Label, value: Array, sources: tuple[Step, ...], back: Back | None, **known: Any) -> Step:
        right = label.right.format(*(source.symbol for source in sources))
        equation = f"{label.symbol} = {right}" if right else ""
        names = tuple(source.name for source in sources)
        step = Step(
            label.name, label.symbol, equation, flush(value), summary=label.summary, inputs=names, back=back, **known
        )  # fmt: skip
        self.steps.append(step)
        return step
