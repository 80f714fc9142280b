"""The recorded steps of a gate run (immutable): `core.gates.run_gate` makes them, pages draw them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod
from typing import NamedTuple

from ..dtypes import Array
from ..merges.plan import Alignment
from ..sentences import Sentence

Back = Callable[[Array], tuple[Array, ...]]
Axes = tuple[int | None, ...]


class Label(NamedTuple):
    """How a step is written.

    Attributes:
        name: the name of its Keras layer, without the name of the gate: "theta_x".
        symbol: in equations: "θ".
        right: right side of the equation, {0} and {1} for the symbols of the inputs; may be empty.
        summary: one sentence of explanation.
    """

    name: str
    symbol: str
    right: str = ""
    summary: str = ""


@dataclass(frozen=True, eq=False)
class Step:
    """One named tensor of a gate.

    Attributes:
        name: name of the Keras layer that produces it, without the name of the gate: "theta_x".
        symbol: in equations.
        equation: how it is computed; empty for an input.
        value: (batch, ...) float32; NaN everywhere, without memory, if only shapes were asked for.
        alignment: how the inputs of a merge are aligned; None for other steps.
        summary: one sentence of explanation.
        inputs: names of the steps from which it is computed, in order.
        weights: names of the weights that it uses.
        multiplications: scalar multiplications for the whole batch.
        back: the gradient of `value` -> one gradient per input; None for an input.
        axes: for each own axis the axis of the features (batch, *grid, channels) that it belongs to, None for an axis
            of its own; by default in order.
        shared_axes: own axes along which the values are shares of one whole (softmax); empty for other steps.
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
    shared_axes: tuple[int, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the value."""
        return self.value.shape


@dataclass(frozen=True, eq=False)
class GateTrace:
    """A run of a gate, step by step.

    Attributes:
        gate: its name in `core.gates.GATES`.
        variant: name of the variant in the gate's row.
        steps: the inputs first (x, then g), then each tensor in the order of computation; the last is the output.
        map_name: name of the step that holds the attention map or the gate values.
        weights: all that were used, by name (`layer/weight`).
        trained: by name, whether the weight was given (True) or drawn from the seed (False).
        map_names: names of all the steps that hold gate values, in order; the last is `map_name`.
        computed: whether the values were computed; False if only shapes were asked for.
        warnings: what is legal but probably unintended, about the features and about the merges.
    """

    gate: str
    variant: str
    steps: tuple[Step, ...]
    map_name: str
    weights: dict[str, Array]
    trained: dict[str, bool]
    map_names: tuple[str, ...] = ()
    computed: bool = True
    warnings: tuple[Sentence, ...] = ()

    def step(self, name: str) -> Step:
        """The step of this name; KeyError if there is none."""
        return {step.name: step for step in self.steps}[name]

    @property
    def alpha(self) -> Array:
        """The attention map, or the gate values, in the shape that is broadcast to the features: (n, H, W, 1)."""
        return self.step(self.map_name).value

    @property
    def maps(self) -> tuple[Step, ...]:
        """The steps that hold gate values: one, or two where a gate has two stages."""
        return tuple(self.step(name) for name in self.map_names or (self.map_name,))

    @property
    def output(self) -> Array:
        """The output of the gate."""
        return self.steps[-1].value

    @property
    def merges(self) -> tuple[Step, ...]:
        """The steps that are merges."""
        return tuple(step for step in self.steps if step.alignment is not None)

    @property
    def shares(self) -> bool:
        """Whether the map is a softmax: values that are shares of one whole, not each between 0 and 1."""
        return bool(self.step(self.map_name).shared_axes)

    @property
    def parameters(self) -> int:
        """Number of trainable parameters; running means and variances are not among them."""
        return sum(prod(array.shape) for name, array in self.weights.items() if "/moving_" not in name)

    @property
    def multiplications(self) -> int:
        """Scalar multiplications that the gate takes for the whole batch."""
        return sum(step.multiplications for step in self.steps)
