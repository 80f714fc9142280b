"""The private names of Keras: after an upgrade this says in a sentence what has changed."""

import numpy as np
import pytest

from tests.oracle import keras  # sets up the backend, so before what follows

pytestmark = pytest.mark.keras


def test_keras_still_has_what_the_recorder_uses():
    """Read the sentence, then adapt `sandbox/processes/keras_internals.py`."""
    from sandbox.processes.keras_internals import missing_internals

    assert missing_internals() == ""


def test_a_name_that_is_gone_is_said(monkeypatch):
    """The sentence names the version and what is missing."""
    from sandbox.processes import keras_internals

    monkeypatch.setattr(keras_internals, "_OF_A_NODE", ("operation", "no_such_name"))
    assert "Node.no_such_name" in keras_internals.missing_internals()
    assert keras.__version__ in keras_internals.missing_internals()


def test_the_replaced_loop_gives_the_same_values():
    """Step for step as Keras does it; and Keras's own loop is back afterwards."""
    from sandbox.processes.keras_internals import keras_loop, replaced_loop

    x = keras.Input((3,))
    model = keras.Model(x, keras.layers.Multiply()([x, keras.layers.Dense(1)(x)]))
    given = np.arange(6, dtype="float32").reshape(2, 3)
    expected = np.asarray(model(given))
    seen = []

    def loop(function, inputs, operation_fn=lambda operation: operation, call_fn=None):
        seen.append(function)
        return keras_loop(function, inputs, operation_fn, call_fn)

    with replaced_loop(loop):
        np.testing.assert_array_equal(np.asarray(model(given)), expected)
    assert seen == [model]
    np.testing.assert_array_equal(np.asarray(model(given)), expected)
    assert len(seen) == 1
