#!/usr/bin/env bash
# A weights file swaps the weights of two parallel layers if the loading model adds them in the other order.
#
# Versions:  Keras 3.15.1, TensorFlow 2.21.0
# Behaviour: `save_weights("….weights.h5")` numbers the layers of one class and leaves out their names; the numbers follow
#            the order of the operands of the merge that joins them. `load_weights` into a model with the same layers on
#            the same inputs, but Add()([φ, θ]) for Add()([θ, φ]), gives θ the weights of φ, without a warning. From a
#            whole model in the older format, `load_weights("….h5", by_name=True)` gives each layer its own.
# Output:    saved: theta 1, phi 2; loaded: theta 2, phi 1; by name from .h5: theta 1, phi 2
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check tensorflow-cpu==2.21.0 keras==3.15.1
cd "$folder"
export TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES= KERAS_BACKEND=tensorflow
cat > finding.py <<'PYTHON'
import warnings

import keras
import numpy as np


def gate(*order):
    """The sum of theta of x and phi of g, in either order."""
    inputs = {"theta": keras.Input((5, 7, 3), name="x"), "phi": keras.Input((5, 7, 3), name="g")}
    called = {name: keras.layers.Conv2D(3, 1, name=name)(inputs[name]) for name in order}
    return keras.Model([*inputs.values()], keras.layers.Add()([*called.values()]))


def kernels(model):
    return ", ".join(f"{name} {model.get_layer(name).get_weights()[0].flat[0]:g}" for name in ("theta", "phi"))


saved = gate("theta", "phi")
for name, value in (("theta", 1), ("phi", 2)):
    saved.get_layer(name).set_weights([np.full((1, 1, 3, 3), value), np.zeros(3)])
saved.save_weights("gate.weights.h5")
saved.save("gate.h5")
warnings.simplefilter("error")
loaded, by_name = gate("phi", "theta"), gate("phi", "theta")
loaded.load_weights("gate.weights.h5")
by_name.load_weights("gate.h5", by_name=True)
found = f"saved: {kernels(saved)}; loaded: {kernels(loaded)}; by name from .h5: {kernels(by_name)}"
print(found)
assert found == "saved: theta 1, phi 2; loaded: theta 2, phi 1; by name from .h5: theta 1, phi 2", found
PYTHON
venv/bin/python finding.py
