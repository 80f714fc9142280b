"""The input features of the gallery and the runs of its gates, cached by features and seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from core import MergeError
from core.digests import digest
from core.dtypes import Array
from core.gates import GATES, GateTrace, Step, gate_shapes, not_computed, pick_weights, run_gate
from core.limits import check_features
from core.tensor_view import RECIPES
from ui.gallery.controls import FeatureChoice, GateChoice
from ui.text import plain, t
from ui.views import cached
from ui.views.assets import arrays, recorded
from ui.views.cached import read_only, remembered

_GRID = 20  # rows of the gate whose features are shown
_SMALL = 150_000  # elements of features whose results are kept for many visitors: those of the network have 102 400
_MERGES = {"Add": "add", "Subtract": "subtract", "Multiply": "multiply", "Maximum": "maximum"}
_FORMS = {"max({0}, 0)": "relu", "1 − {0}": "complement", "1 / (1 + exp(−{0}))": "sigmoid"}
_TRAINED = GateChoice("attention", "paper")  # the only gate for which the repository has trained weights


@dataclass(frozen=True, eq=False)
class Features:
    """The inputs of a gate.

    Attributes:
        key: identifies them in caches.
        seed: of untrained weights.
        x: features, (n, H, W, C) or (n, D, H, W, C); NaN without memory if they are too large to compute with.
        g: gating signal, for gates that take one.
        recorded: whether they are those of the trained network.
        computed: whether gates are run on them; otherwise only shapes and costs are known.
    """

    key: str
    seed: int
    x: Array
    g: Array
    recorded: bool
    computed: bool = True

    @property
    def is_small(self) -> bool:
        """Whether what is computed from them takes little memory."""
        return self.x.size <= _SMALL


def features_of(choice: FeatureChoice | None) -> Features:
    """The chosen features; without a choice those of the first recorded image."""
    if choice is None or choice.slice is not None:
        return _recorded(*((choice.slice or 0, choice.seed) if choice else (0, 0)))
    if choice.array is not None:
        key = digest(choice.array)
        return Features(key, choice.seed, choice.array, _signal(choice.array.shape, choice.seed), recorded=False)
    shape = choice.shape or ()
    if not _can_be_computed(shape):
        nothing, coarse = not_computed(shape), not_computed(_coarse(shape))
        return Features(f"{shape}", choice.seed, nothing, coarse, recorded=False, computed=False)
    x = cached.sample("normal", shape, number=0, seed=choice.seed, dtype="float32")
    return Features(f"{shape} {choice.seed}", choice.seed, x, _signal(shape, choice.seed), recorded=False)


@remembered
def _recorded(number: int, seed: int) -> Features:
    x, g = _of_image(number)
    return Features(f"slice {number}", seed, x, g, recorded=True)


def _of_image(number: int) -> tuple[Array, Array]:
    """Features and gating signal of a recorded image, read-only."""
    found = recorded(_GRID, number)
    return found.x, found.g


def run(choice: GateChoice, features: Features) -> GateTrace | None:
    """Every step of a gate on these features, with trained weights where there are some, else with seeded ones.

    None, with the reason on screen, where a step would be too large.
    """
    trained = _is_trained(choice, features)
    try:
        if not features.computed:
            return shapes_of(choice, features)
        kept = _run_small if features.is_small else _run
        return kept(choice.name, choice.variant, features.key, features.seed, trained, features.x, features.g)
    except MergeError as error:
        st.error(plain(t(error.explanation)))
        return None


def run_new(choice: GateChoice, features: Features) -> GateTrace:
    """Like `run`, but not cached: for one figure of many gates."""
    return _computed(choice.name, choice.variant, features.seed, _is_trained(choice, features), features.x, features.g)


def shapes_of(choice: GateChoice, features: Features) -> GateTrace:
    """The steps of a gate with shapes and costs alone.

    Raises:
        MergeError: the gate does not take features of this shape.
    """
    g = features.g.shape if GATES[choice.name].signal else None
    return gate_shapes(choice.name, features.x.shape, g=g, variant=choice.variant)


def _can_be_computed(shape: tuple[int, ...]) -> bool:
    try:
        check_features(shape)
    except MergeError:
        return False
    return True


def _is_trained(choice: GateChoice, features: Features) -> bool:
    return features.recorded and choice == _TRAINED


@remembered
def _run_small(name: str, variant: str, key: str, seed: int, trained: bool, _x: Array, _g: Array) -> GateTrace:  # noqa: ARG001 -- the key of the cache
    trace = read_only(_computed(name, variant, seed, trained, _x, _g))
    _note_steps(trace)
    return trace


def _note_steps(trace: GateTrace) -> None:
    """Let views send what the browser can make of other steps as these, such as features times weights."""
    steps = {step.name: step for step in trace.steps}
    x = steps["x"].value
    for step in trace.steps:
        sources = [steps[name] for name in step.inputs]
        values = [source.value for source in sources]
        others = [value for value in values if value is not x]
        how = _way(step, sources)
        if how == "multiply" and len(values) == 2 and len(others) == 1 and others[0].shape != x.shape:
            RECIPES.note_product(step.value, x, others[0])
        elif how:
            RECIPES.note_combined(how, step.value, *values)


def _way(step: Step, sources: Sequence[Step]) -> str | None:
    """How a step is combined of others, as `core.tensor_view` names it; None if it is not."""
    if step.alignment:
        return _MERGES.get(step.alignment.operation)
    right = step.equation.partition(" = ")[2]
    found = (how for form, how in _FORMS.items() if len(sources) == 1 and right == form.format(sources[0].symbol))
    return next(found, None)


@remembered
def _run(name: str, variant: str, key: str, seed: int, trained: bool, _x: Array, _g: Array) -> GateTrace:  # noqa: ARG001 -- the key of the cache
    return read_only(_computed(name, variant, seed, trained, _x, _g))


def _computed(name: str, variant: str, seed: int, trained: bool, x: Array, g: Array) -> GateTrace:
    weights: Mapping[str, Array] | None = None
    if trained:
        prefix = f"gate{_GRID}_"
        weights = pick_weights(arrays("weights", prefix), prefix)
    return run_gate(name, x, g=g if GATES[name].signal else None, variant=variant, weights=weights, seed=seed)


def _signal(shape: tuple[int, ...], seed: int) -> Array:
    """A random gating signal."""
    return cached.sample("normal", _coarse(shape), number=1, seed=seed, dtype="float32")


def _coarse(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of a gating signal at half the resolution of the features where their sizes are even."""
    return (shape[0], *(size // 2 if size % 2 == 0 else size for size in shape[1:-1]), shape[-1])
