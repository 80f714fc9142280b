"""A gate as data: `core.gates.run_gate` makes it, screens draw it, `core.gates.gradients` walks it backwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod
from typing import NamedTuple

from core.dtypes import Array
from core.merges.plan import Alignment

Back = Callable[[Array], tuple[Array, ...]]
Axes = tuple[int | None, ...]


class Label(NamedTuple):
    """What a step is called.

    Attributes:
        name: the name of the Keras layer, without that of the gate: "theta_x".
        symbol: in equations: "θ".
        right: right side of the equation, {0} and {1} for the symbols of the inputs; may be empty.
        summary: one sentence for people.
    """

    name: str
    symbol: str
    right: str = ""
    summary: str = ""


@dataclass(frozen=True, eq=False)
class Step:
    """One named tensor on the way through a gate.

    Attributes:
        name: as the Keras layer that makes it, without the name of the gate: "theta_x".
        symbol: in equations.
        equation: how it comes about; empty for what is put in.
        value: (batch, ...) float32.
        alignment: of a merge: how its inputs line up.
        summary: one sentence for people.
        inputs: names of the steps that it is made of, in order.
        weights: names of the weights that it uses.
        multiplications: of numbers, for the whole batch.
        back: the gradient of `value` -> one for each input; None for what is put in.
        axes: on which axis of the features (batch, rows, columns, channels) each own axis lies, None for one of its
            own; by default in order.
    """

    name: str
    symbol: str
    equation: str
    value: Array
    alignment: Alignment | None = None
    summary: str = ""
    inputs: tuple[str, ...] = ()
    weights: tuple[str, ...] = ()
    multiplications: int = 0
    back: Back | None = field(default=None, repr=False)
    axes: Axes | None = None


@dataclass(frozen=True, eq=False)
class GateTrace:
    """A run of a gate, step by step.

    Attributes:
        gate: its name in `core.gates.GATES`.
        variant: which form of it.
        steps: what is put in first (x, then g), then each tensor as it is made; the last is the output.
        map_name: name of the step that holds the map of weights.
        weights: all that were used, by name (`layer/weight`).
        trained: by name, whether the weight was given (True) or made from the seed (False).
        map_names: of all the steps that hold a map, in order; the last is `map_name`.
    """

    gate: str
    variant: str
    steps: tuple[Step, ...]
    map_name: str
    weights: dict[str, Array]
    trained: dict[str, bool]
    map_names: tuple[str, ...] = ()

    def step(self, name: str) -> Step:
        """The step of this name; KeyError if there is none."""
        return {step.name: step for step in self.steps}[name]

    @property
    def alpha(self) -> Array:
        """The map of weights as it meets the features, for example (n, H, W, 1)."""
        return self.step(self.map_name).value

    @property
    def maps(self) -> tuple[Step, ...]:
        """The steps that hold a map: one, or two where a gate weighs twice."""
        return tuple(self.step(name) for name in self.map_names or (self.map_name,))

    @property
    def output(self) -> Array:
        """What leaves the gate."""
        return self.steps[-1].value

    @property
    def merges(self) -> tuple[Step, ...]:
        """The steps that are merges."""
        return tuple(step for step in self.steps if step.alignment is not None)

    @property
    def shares(self) -> bool:
        """Whether the map is a softmax: weights that share one whole between them, not each from 0 to 1."""
        return self.variant.endswith("softmax")

    @property
    def parameters(self) -> int:
        """How many numbers training may change; running means and variances are not among them."""
        return sum(prod(array.shape) for name, array in self.weights.items() if "/moving_" not in name)

    @property
    def multiplications(self) -> int:
        """How many multiplications of numbers the gate takes, for the whole batch."""
        return sum(step.multiplications for step in self.steps)
