"""The scenes of the trained network that a story can show, as tensor views."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from core.dtypes import FLOAT32, Array
from core.gates import GateTrace, pick_weights, run_gate
from core.gates.resampling import upsample
from core.story.reading import Step
from core.tensor_view import WEIGHTS
from ui import session
from ui.story.navigation import forget
from ui.tensor_view import Panel, Scale, TensorView
from ui.text import t
from ui.views import assets
from ui.views.cached import read_only, remembered
from ui.views.gate_view import product_view, step_view
from ui.views.merge_view import translated_words
from ui.views.step_graph import chosen_step, step_graph

_FIRST_STEP = "sum"  # θ(x) + φ(g): the merge in the gate
GRAPH = "story_graph"

_WHOLE = Scale(range="tensor")  # so that suppressed values look darker


def scene_view(step: Step) -> TensorView:
    """Return the view of a step that shows a scene."""
    return _SCENES[step.scene or ""](step)


def _features(step: Step) -> tuple[Array, Array, Array]:
    """x, g and α of one slice, (1, H, W, C) each."""
    found = assets.recorded(step.gate, step.slice)
    return found.x, found.g, found.alpha


def _gated(step: Step) -> TensorView:
    x, _, alpha = _features(step)
    return replace(product_view(x, alpha), scale=_WHOLE)


def _open(step: Step) -> TensorView:
    x, _, alpha = _features(step)
    return replace(product_view(x, np.ones_like(alpha), reference=alpha), scale=_WHOLE)


def show_graph(step: Step) -> None:
    """Draw the steps of the gate as a graph; choosing one shows its tensors below. Other scenes have no graph."""
    if step.scene != "steps":
        return
    channel = step.at[3] if step.at and len(step.at) > 3 else 0
    step_graph(_trace(step), _chosen(step), key=GRAPH, channel=channel, on_choose=forget, height=222)


def _trace(step: Step) -> GateTrace:
    x, g, _ = _features(step)
    return _run(step.gate, x, g)


@remembered
def _run(grid: int, x: Array, g: Array) -> GateTrace:
    prefix = f"gate{grid}_"
    weights = pick_weights(assets.arrays("weights", prefix), prefix)
    return read_only(run_gate("attention", x, g=g, weights=weights))


def _chosen(step: Step) -> str:
    """The step of the gate that is selected in the graph."""
    state = session.get(GRAPH) or {}
    return chosen_step(_trace(step), str(state.get("chosen") or _FIRST_STEP))


def _steps(step: Step) -> TensorView:
    return replace(step_view(_trace(step), _chosen(step)), gallery=False)


def _training(step: Step) -> TensorView:
    """α at each recorded training step beside its target, all at the resolution of the features."""
    name = f"gate{step.gate}"
    moments = assets.arrays("alpha", name)[name][:, step.slice].astype(FLOAT32)
    coarse = moments.shape[1]
    alpha = upsample(moments, (step.gate // coarse, step.gate // coarse))[..., 0]
    samples = assets.arrays("samples")
    panels = (
        Panel(t("image"), _on_grid(samples["image"][step.slice] / 255, step.gate), axes=(1, 2)),
        Panel(t("ground truth"), _on_grid(samples["truth"][step.slice] > 0, step.gate), axes=(1, 2)),
        Panel(t("map α"), alpha, "→", limits=WEIGHTS),
    )
    words = {**translated_words(), "batch": t("Training step"), "all_slices": t("All {count} training steps")}
    return TensorView(panels, scale=Scale(kind="sequential"), speed=4, words=words)


def _on_grid(picture: Array, side: int) -> Array:
    """Average-pool an image (H, W, 1) to (side, side)."""
    size = picture.shape[0] // side
    found: Array = picture.reshape(side, size, side, size).mean(axis=(1, 3)).astype(FLOAT32)
    return found


_SCENES: dict[str, Callable[[Step], TensorView]] = {
    "gated": _gated,
    "open": _open,
    "steps": _steps,
    "training": _training,
}
