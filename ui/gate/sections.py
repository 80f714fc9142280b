"""What the Attention gate page shows below the stage: statistics, steps, code."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.dtypes import Array
from core.gates import GATES, GateTrace, trace_snippet
from core.gates.gradients import gate_gradients
from core.gates.health import GateHealth, gate_health
from core.merges.arithmetic import number
from core.tensor_view import WEIGHTS
from ui import session
from ui.gate.controls import STEP, pick_variant
from ui.gate.product import first_place
from ui.state import link, parts
from ui.tensor_view import Panel, Selection, TensorView, tensor_view
from ui.text import plain, t
from ui.views.cached import remembered
from ui.views.gate_view import step_view
from ui.views.merge_view import translated_words
from ui.views.step_graph import chosen_step, step_graph
from ui.views.steps_table import steps_table
from ui.views.text_table import show_table

_GRAPH = "gate_page_steps"
_LONGEST = 60  # characters of the name of a step
_BLOCK = 65_536  # elements that are computed with at a time


@dataclass(frozen=True, eq=False)
class _Flows:
    """What is shown of the gradients through a gate; all of them take several times the room of the gate.

    Attributes:
        alpha: gradient of the map, of its shape.
        psi: likewise, of the map before its sigmoid.
        sizes: root mean square of the gradients of alpha, psi and g, and of x "directly" and "through the map".
    """

    alpha: Array
    psi: Array
    sizes: dict[str, float]


def show_health(trace: GateTrace, weights: Array, name: str) -> None:
    """Statistics of the map on screen, one sentence on what they mean, and the gradients through the gate.

    Args:
        trace: of the gate.
        weights: the map.
        name: of the features and the gating signal, unique to them.
    """
    health = _health(weights)
    st.markdown("**" + plain(t(health.verdict)) + "**")
    _metrics(health)
    flows = _flows(name, trace)
    st.markdown(t("Gradients for an upstream gradient of ones, through the original gate:"))
    rows = [
        (t("to the map α: sum over channels, weighted by x"), flows.sizes["alpha"]),
        (t("through the sigmoid to q: non-zero only where the gate is not saturated"), flows.sizes["psi"]),
        (t("to the features x, directly through the product"), flows.sizes["directly"]),
        (t("to the features x, through the map"), flows.sizes["through the map"]),
        (t("to the gating signal g"), flows.sizes["g"]),
    ]
    columns = (t("gradient"), t("root mean square"))
    show_table(columns, [(name, number(size)) for name, size in rows], about=t("Gradients through the gate"))
    parts.part("flows", _show_flows, trace.alpha, flows)


def _show_flows(weights: Array, flows: _Flows) -> None:
    panels = (
        Panel(t("map α"), weights, limits=WEIGHTS),
        Panel(t("gradient of α"), flows.alpha, "←"),
        Panel(t("gradient of q"), flows.psi, "←"),
    )
    tensor_view(TensorView(panels, axes=(1, 2), words=translated_words()), key="flows")


@remembered
def _health(weights: Array) -> GateHealth:
    return gate_health(weights)


@remembered
def _flows(name: str, _trace: GateTrace) -> _Flows:  # noqa: ARG001 -- cache key
    found = gate_gradients(_trace)
    shown = {name: found.to(name) for name in ("alpha", "psi", "g")}
    through = {"directly": found.parts["x"]["gated"], "through the map": found.parts["x"]["theta_x"]}
    for value in (shown["alpha"], shown["psi"]):
        value.flags.writeable = False  # so that its digest is kept
    return _Flows(shown["alpha"], shown["psi"], {name: _size(value) for name, value in (shown | through).items()})


def show_steps(trace: GateTrace) -> None:
    """The steps as the graph that they are, the chosen step with its inputs, and all steps as a table."""
    chosen, channel = chosen_step(trace, link.held(STEP)), first_place(trace).channel
    step_graph(trace, chosen, key=_GRAPH, channel=channel, on_choose=_keep_step)
    step = trace.step(chosen)
    st.markdown(f"**{plain(step.equation or step.symbol)}** · {plain(t(step.summary))}")
    tensor_view(step_view(trace, chosen), key=f"steps {chosen}", selection=Selection(channel=channel))
    st.caption(t("These are the steps of the original gate; replacing or painting α does not change them."))
    steps_table(trace.steps)


def _keep_step() -> None:
    """The callback of the graph: the step goes into the link."""
    name = getattr(session.get(_GRAPH), "chosen", None)
    if isinstance(name, str) and len(name) <= _LONGEST:
        link.hold(STEP, name)


def show_code(trace: GateTrace) -> None:
    """This gate as a Keras function to paste into a model."""
    variant = pick_variant()
    filters = trace.weights["psi/kernel"].shape[2]
    st.markdown(
        t(
            "A Keras function with the sizes of this gate. Its layers have the names of the weights in "
            "assets/weights.npz, so that the trained weights can be loaded by name."
        )
    )
    st.code(trace_snippet(trace, variant, filters=filters), language="python", wrap_lines=True)
    st.caption(plain(t("Source: arXiv {paper}.", paper=GATES["attention"].paper)))


def _metrics(health: GateHealth) -> None:
    figures = {
        t("near 0 (below 0.05)"): _percent(health.suppressed),
        t("near 1 (above 0.95)"): _percent(health.passed),
        t("mean"): _figure(health.mean),
        t("std. dev."): _figure(health.std),
        t("entropy, 0 to 1"): _figure(health.entropy),
    }
    with st.container(horizontal=True, gap="medium"):
        for name, value in figures.items():
            st.metric(name, value, width="content")


def _figure(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}"


def _percent(share: float) -> str:
    return "–" if math.isnan(share) else f"{100 * share:.1f} %"


def _size(value: Array) -> float:
    flat = value.ravel()
    blocks = (flat[start : start + _BLOCK].astype(np.float64) for start in range(0, flat.size, _BLOCK))
    return math.sqrt(sum(float(block @ block) for block in blocks) / flat.size)
