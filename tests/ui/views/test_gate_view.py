"""Gates as tensor views: what is side by side, on which axes, and with what orders."""

import numpy as np
import pytest

from core.gates import GATES, run_gate
from core.gates.channels import ORDERS
from core.tensor_view.frame import frame_of
from core.tensor_view.payload import payload
from ui.views.gate_view import chain_view, product_view, step_view


@pytest.fixture
def trace():
    random = np.random.default_rng(5)
    return run_gate("attention", random.normal(size=(1, 6, 10, 7)), g=random.normal(size=(1, 3, 5, 11)))


def test_the_product_is_a_merge_that_can_be_painted_on(trace):
    view = product_view(trace.step("x").value, trace.alpha)
    x, weights, product = (panel.value for panel in view.panels)
    np.testing.assert_array_equal(product, x * weights)
    assert view.alignment.operation == "Multiply"
    assert view.live
    assert [panel.paintable for panel in view.panels] == [False, True, False]
    assert {order.name for order in view.orders} | {"index"} == set(ORDERS)
    assert all(sorted(order.channels) == list(range(7)) for order in view.orders)


def test_orders_can_follow_another_map(trace):
    """While a person paints, the channels keep their order."""
    x, weights = trace.step("x").value, trace.alpha
    first = product_view(x, weights).orders
    assert product_view(x, 1 - weights, reference=weights).orders == first


def test_a_chain_shows_every_step_under_its_equation(trace):
    view = chain_view(trace)
    assert [panel.title for panel in view.panels][:3] == ["x", "g", trace.step("theta_x").equation]
    assert [panel.value.shape for panel in view.panels] == [step.value.shape for step in trace.steps]
    frame = frame_of(view)
    assert frame.sizes == (1, 6, 10, 11, 3, 7)  # rows and columns of x; channels of g, of θ, of x
    payload(view, None)


def test_a_single_step_comes_with_what_it_is_made_of(trace):
    assert [panel.title for panel in step_view(trace, "theta_x").panels] == ["x", trace.step("theta_x").equation]
    total = step_view(trace, "sum")
    assert total.alignment.operation == "Add"
    assert [panel.symbol for panel in total.panels] == ["", "+", "="]


@pytest.mark.parametrize("variant", GATES["attention"].variants)
def test_every_step_of_every_variant_can_be_drawn(variant):
    random = np.random.default_rng(2)
    trace = run_gate("attention", random.normal(size=(2, 4, 4, 3)), g=random.normal(size=(2, 2, 2, 5)), variant=variant)
    for step in trace.steps:
        payload(step_view(trace, step.name), None)
    payload(chain_view(trace), None)
