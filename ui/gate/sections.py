"""What the Attention gate page shows below the stage: statistics, steps, code."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from core.dtypes import Array
from core.gates import GATES, GateTrace, trace_snippet
from core.gates.gradients import gate_gradients
from core.gates.health import GateHealth, gate_health
from core.merges.arithmetic import number
from ui.gate.controls import pick_step, pick_variant
from ui.gate.product import first_place
from ui.tensor_view import Panel, Selection, TensorView, tensor_view
from ui.text import plain, t
from ui.views.gate_view import chain_view, step_view
from ui.views.merge_view import translated_words
from ui.views.steps_table import steps_table


def show_health(trace: GateTrace, weights: Array) -> None:
    """Statistics of the map on screen, one sentence on what they mean, and the gradients through the gate."""
    health = gate_health(weights)
    st.markdown("**" + plain(t(health.verdict)) + "**")
    _metrics(health)
    gradients = gate_gradients(trace)
    sizes = gradients.sizes()
    st.markdown(t("Gradients for an upstream gradient of ones, through the original gate:"))
    through, around = (_size(gradients.parts["x"][name]) for name in ("gated", "theta_x"))
    rows = [
        (t("to the map α: sum over channels, weighted by x"), sizes["alpha"]),
        (t("through the sigmoid to q: non-zero only where the gate is not saturated"), sizes["psi"]),
        (t("to the features x, directly through the product"), through),
        (t("to the features x, through the map"), around),
        (t("to the gating signal g"), sizes["g"]),
    ]
    table = pd.DataFrame(
        {t("gradient"): [row[0] for row in rows], t("root mean square"): [number(row[1]) for row in rows]}
    )
    st.table(table.set_index(t("gradient")), alt=t("Gradients through the gate"))
    panels = (
        Panel(t("map α"), trace.alpha),
        Panel(t("gradient of α"), gradients.to("alpha"), "←"),
        Panel(t("gradient of q"), gradients.to("psi"), "←"),
    )
    tensor_view(TensorView(panels, axes=(1, 2), words=translated_words()), key="flows")


def show_steps(trace: GateTrace) -> None:
    """Each step with its equation, shape and picture."""
    names = [step.name for step in trace.steps]
    chosen = pick_step(names, {step.name: step.symbol for step in trace.steps})
    shown = trace.steps if chosen is None else (trace.step(chosen),)
    steps_table(shown)
    view = chain_view(trace) if chosen is None else step_view(trace, chosen)
    tensor_view(view, key=f"steps {chosen}", selection=Selection(channel=first_place(trace).channel))
    st.caption(t("These are the steps of the original gate; replacing or painting α does not change them."))


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
    return float((value.astype("float64") ** 2).mean() ** 0.5)
