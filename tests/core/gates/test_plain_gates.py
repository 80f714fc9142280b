"""The gates that no installable package has, against their formulas written out (`plain_gates.py`)."""

import numpy as np
import pytest

from core.gates import GATES, run_gate
from tests.core.gates import plain_gates as plain
from tests.core.gates.record_references import REFERENCES, Reference, case_of

FINE, COARSE, GRID = (2, 6, 10, 5), (2, 3, 5, 7), (2, 5, 7, 11)
WIDE = (2, 11, 13, 32)  # larger than the window of a dilated convolution
FORMS = {
    ("attention", "paper"): (FINE, COARSE, plain.attention, {"softmax": False, "official": False}),
    ("attention", "paper-softmax"): (FINE, COARSE, plain.attention, {"softmax": True, "official": False}),
    ("attention", "official"): (FINE, COARSE, plain.attention, {"softmax": False, "official": True}),
    ("attention", "official-softmax"): (FINE, COARSE, plain.attention, {"softmax": True, "official": True}),
    ("attention", "keras-unet-collection-softmax"): (GRID, GRID, plain.attention_on_the_grid_of_x, {"norms": False}),
    ("attention", "monai-softmax"): (GRID, GRID, plain.attention_on_the_grid_of_x, {"norms": True}),
    ("bam", "paper"): (WIDE, None, plain.bam, {"official": False}),
    ("bam", "official"): (WIDE, None, plain.bam, {"official": True}),
    ("scse", "max"): (GRID, None, plain.scse_max, {}),
    ("film", "paper"): (GRID, COARSE, plain.film, {}),
    ("highway", "paper"): (GRID, None, plain.highway, {}),
    ("pooling", "softmax"): (GRID, None, plain.pooling, {}),
    ("global", "sigmoid"): (FINE, COARSE, plain.global_gating, {"softmax": False}),
    ("global", "softmax"): (FINE, COARSE, plain.global_gating, {"softmax": True}),
}
KERAS = {("multi-head", "gated"), ("grouped-query", "gated"), ("grouped-query", "plain")}  # layers of Keras itself


@pytest.mark.parametrize(("gate", "variant"), FORMS)
def test_as_its_formula(gate, variant):
    """With none of the weights at its initial value; to 1e-5 of the largest value."""
    x_shape, g_shape, written_out, form = FORMS[gate, variant]
    weights, x, g = case_of(Reference("", gate, variant, plain.of_all, x_shape, g_shape))
    expected = plain.of_all(written_out, x, g, weights, **form)
    trace = run_gate(gate, x, g=g, weights=weights, variant=variant)
    assert all(trace.trained.values())
    assert trace.output.shape == expected.shape
    np.testing.assert_allclose(trace.output, expected, rtol=0, atol=1e-5 * np.abs(expected).max())


def test_every_form_has_a_reference():
    """A library, a formula written out here, or a layer of Keras (`test_gallery_against_keras.py`)."""
    forms = {(name, variant) for name, gate in GATES.items() for variant in gate.variants}
    recorded = {(one.gate, one.variant) for one in REFERENCES}
    assert forms == recorded | set(FORMS) | KERAS
    assert not recorded & set(FORMS)
