"""The input features of the gallery and the runs of its gates, cached by features and seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from core import MergeError
from core.digests import digest
from core.dtypes import FLOAT32, Array
from core.gates import GATES, GateTrace, pick_weights, run_gate
from ui.gallery.controls import FeatureChoice, GateChoice
from ui.text import plain, t
from ui.views import cached
from ui.views.assets import arrays

_GRID = 20  # rows of the gate whose features are shown
_TRAINED = GateChoice("attention", "paper")  # the only gate for which the repository has trained weights


@dataclass(frozen=True, eq=False)
class Features:
    """The inputs of a gate.

    Attributes:
        key: identifies them in caches.
        seed: of untrained weights.
        x: features, (n, H, W, C).
        g: gating signal, for gates that take one.
        recorded: whether they are those of the trained network.
    """

    key: str
    seed: int
    x: Array
    g: Array
    recorded: bool


def features_of(choice: FeatureChoice | None) -> Features:
    """The chosen features; without a choice those of the first recorded image."""
    if choice is None or choice.slice is not None:
        number, seed = (choice.slice or 0, choice.seed) if choice else (0, 0)
        one, trace = slice(number, number + 1), arrays(f"trace_{_GRID}")
        x, g = (trace[name][one].astype(FLOAT32) for name in ("x", "g"))
        return Features(f"slice {number}", seed, x, g, recorded=True)
    if choice.array is not None:
        key = digest(choice.array)
        return Features(key, choice.seed, choice.array, _signal(choice.array.shape, choice.seed), recorded=False)
    shape = choice.shape or ()
    x = cached.sample("normal", shape, number=0, seed=choice.seed, dtype="float32")
    return Features(f"{shape} {choice.seed}", choice.seed, x, _signal(shape, choice.seed), recorded=False)


def run(choice: GateChoice, features: Features) -> GateTrace | None:
    """Every step of a gate on these features, with trained weights where there are some, else with seeded ones.

    None, with the reason on screen, where a step would be too large.
    """
    trained = _is_trained(choice, features)
    try:
        return _run(choice.name, choice.variant, features.key, features.seed, trained, features.x, features.g)
    except MergeError as error:
        st.error(plain(t(error.explanation)))
        return None


def run_new(choice: GateChoice, features: Features) -> GateTrace:
    """Like `run`, but not cached: for one figure of many gates."""
    return _computed(choice.name, choice.variant, features.seed, _is_trained(choice, features), features.x, features.g)


def _is_trained(choice: GateChoice, features: Features) -> bool:
    return features.recorded and choice == _TRAINED


@st.cache_resource(max_entries=8, show_spinner=False)
def _run(name: str, variant: str, key: str, seed: int, trained: bool, _x: Array, _g: Array) -> GateTrace:  # noqa: ARG001 -- the key of the cache
    return _computed(name, variant, seed, trained, _x, _g)


def _computed(name: str, variant: str, seed: int, trained: bool, x: Array, g: Array) -> GateTrace:
    weights: Mapping[str, Array] | None = None
    if trained:
        prefix = f"gate{_GRID}_"
        weights = pick_weights(arrays("weights", prefix), prefix)
    return run_gate(name, x, g=g if GATES[name].signal else None, variant=variant, weights=weights, seed=seed)


def _signal(shape: tuple[int, ...], seed: int) -> Array:
    """A random gating signal at half the resolution of the features where their sizes are even."""
    rows, columns = (size // 2 if size % 2 == 0 else size for size in shape[1:3])
    return cached.sample("normal", (shape[0], rows, columns, shape[3]), number=1, seed=seed, dtype="float32")
