"""The image on the Attention gate page: an example from `assets/`, or one that the network has just run on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.digests import digest
from core.dtypes import Array
from core.gates import GateTrace, pick_weights, run_gate
from core.gates.map_changes import MAP_CHANGES
from core.gates.resampling import upsample
from core.tensor_view import RECIPES, Made
from ui.gate.controls import MapChange, SliceChoice
from ui.gate.network import segmented
from ui.text import t
from ui.views.assets import TRAINED_SEEDS, arrays, recorded
from ui.views.cached import read_only, remembered


@dataclass(frozen=True, eq=False)
class Case:
    """An image at one gate; every array has a batch size of 1.

    Attributes:
        key: unique to the image.
        sample: number of an example, or None.
        grid: rows of the gate.
        image: (1, 160, 160, 1) from 0 to 1.
        truth: the ground truth, (1, 160, 160, 1) of 0 and 1, or None.
        body: likewise, the body with the target.
        prediction: of the network, (1, 160, 160, 1).
        x: features that enter the gate, (1, grid, grid, C).
        g: gating signal, (1, grid / 2, grid / 2, D).
    """

    key: str
    sample: int | None
    grid: int
    image: Array
    truth: Array | None
    body: Array | None
    prediction: Array
    x: Array
    g: Array


def find_case(choice: SliceChoice, grid: int) -> Case:
    """The chosen image; while there is none, the first example, with a note."""
    if choice.sample is not None:
        return _recorded(choice.sample, grid)
    found = None
    if choice.seed is not None:
        found = segmented(seed=choice.seed)
        key = f"seed {choice.seed}"
    elif choice.image is not None:
        found = segmented(image=choice.image[None])
        key = digest(choice.image)
    if found is None:
        st.caption(":material/info: " + t("Showing example 1 in the meantime."))
        return _recorded(0, grid)
    if choice.seed in TRAINED_SEEDS:
        st.caption(
            ":material/info: "
            + t("This image was in the training set; seeds above {last} were not.", last=f"{TRAINED_SEEDS[-1]:,}")
        )
    return _run(key, grid, found.arrays)


@remembered
def _recorded(number: int, grid: int) -> Case:
    samples, one = arrays("samples"), slice(number, number + 1)
    image, prediction = _image(number)
    tensors = recorded(grid, number)
    return Case(
        key=f"sample {number}",
        sample=number,
        grid=grid,
        image=image,
        truth=samples["truth"][one],
        body=samples["body"][one],
        prediction=prediction,
        x=tensors.x,
        g=tensors.g,
    )


@remembered
def _image(number: int) -> tuple[Array, Array]:
    """An example and the prediction of the network for it, the same at all gates."""
    samples, one = arrays("samples"), slice(number, number + 1)
    image, prediction = samples["image"][one] / np.float32(255), samples["prediction"][one].astype(np.float32)
    image.flags.writeable = prediction.flags.writeable = False
    return image, prediction


def _run(key: str, grid: int, found: dict[str, Array]) -> Case:
    known = {name: found.get(name) for name in ("truth", "body")}
    return Case(
        key=key,
        sample=None,
        grid=grid,
        image=found["image"],
        prediction=found["answer"],
        x=found[f"x{grid}"],
        g=found[f"g{grid}"],
        **known,
    )


def trace_gate(case: Case, signal: int | None = None) -> GateTrace:
    """Every step of the trained gate on this image.

    Args:
        case: the image.
        signal: number of the example whose gating signal is used; by default its own.
    """
    g = case.g if signal is None else recorded(case.grid, signal).g
    return _traced(case.key, case.grid, signal, case.x, g)


@remembered
def _traced(key: str, grid: int, signal: int | None, _x: Array, _g: Array) -> GateTrace:  # noqa: ARG001 -- cache key
    prefix = f"gate{grid}_"
    trace = read_only(run_gate("attention", _x, g=_g, weights=pick_weights(arrays("weights", prefix), prefix)))
    RECIPES.note_enlarged(trace.alpha, trace.step("sigmoid").value)
    return trace


def moments() -> list[int]:
    """Training steps after which the maps were recorded."""
    return [int(step) for step in arrays("alpha", "steps")["steps"]]


def recorded_maps(case: Case) -> Array | None:
    """The gate's map at every moment, (moments, grid, grid, 1) float32; None for an image that is no example."""
    if case.sample is None:
        return None
    return _upsampled(case.grid, case.sample)


@remembered
def _upsampled(grid: int, sample: int) -> Array:
    maps: Array = upsample(np.concatenate(_coarse_maps(grid, sample)), (2, 2))
    maps.flags.writeable = False
    return maps


@remembered
def _coarse_maps(grid: int, sample: int) -> tuple[Array, ...]:
    """What the gate interpolates, at every moment: (1, grid / 2, grid / 2, 1) float32 each."""
    name = f"gate{grid}"
    found = []
    for value in arrays("alpha", name)[name][:, sample]:
        found.append(value[None].astype(np.float32))
        found[-1].flags.writeable = False
    return tuple(found)


def recorded_dice(case: Case) -> Array | None:
    """Dice of the whole network at every moment, (moments,); None for an image that is no example."""
    return None if case.sample is None else arrays("alpha", "dice")["dice"][:, case.sample].astype(np.float32)


def chosen_map(case: Case, trace: GateTrace, moment: int | None, change: MapChange) -> Array:
    """The map that multiplies the features: of this moment, with this change.

    Args:
        case: the image.
        trace: of its gate.
        moment: index into `moments()`, or None for the end.
        change: done to it.
    """
    return _values(case, trace, moment, change.name, tuple(change.amounts.items()))


def made_map(case: Case, trace: GateTrace, moment: int | None, change: MapChange) -> Array | Made:
    """Likewise, but its values are only computed when they are asked for."""
    recorded = None if moment is None or case.sample is None else _coarse_maps(case.grid, case.sample)[moment]
    base = trace.alpha if recorded is None else Made("enlarge", recorded, trace.alpha.shape)
    row = MAP_CHANGES[change.name]
    amounts = tuple(float(change.amounts[amount.name]) for amount in row.amounts)
    if amounts == row.neutral:
        return base
    return Made(change.name, base, base.shape, amounts)


@remembered
def _values(
    case: Case, trace: GateTrace, moment: int | None, name: str, amounts: tuple[tuple[str, float], ...]
) -> Array:
    found = made_map(case, trace, moment, MapChange(name, dict(amounts)))
    if not isinstance(found, Made):
        return found
    source = found.source
    if isinstance(source, Made):
        source = _values(case, trace, moment, "none", ())
    if found.in_browser:
        RECIPES.note_made(found, source)
    return found.values()
