#!/usr/bin/env bash
# A recurrent layer behind Add sees the mask of an Embedding from Keras 3.4 on only, so one file gives other outputs.
#
# Versions:  Keras 3.3.3 and 3.15.1, TensorFlow 2.21.0 (Linux, x86-64)
# Behaviour: In Keras 2, and again from Keras 3.4 on, Add passes the masks of its inputs on to the LSTM. Keras 3.0 to 3.3
#            drops them at every merge layer. A model trained with 3.3 and loaded with 3.15 skips padded steps that it
#            was trained on; nothing warns.
# Output:    Keras 3.3.3: the LSTM gets a mask: False
#            Keras 3.15.1: the LSTM gets a mask: True
#            one file, one input, largest difference of the outputs > 0.001: True
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check keras==3.15.1 tensorflow-cpu==2.21.0
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$folder/old" keras==3.3.3
cd "$folder"
export TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES=
cat > finding.py <<'PYTHON'
import os

import keras
import numpy as np

words = np.array([[3, 5, 0, 0]], "int32")  # two words, then padding
if not os.path.exists("model.keras"):
    keras.utils.set_random_seed(0)
    given = keras.Input((4,), dtype="int32")
    total = keras.layers.Add(name="plus")([keras.layers.Embedding(9, 4, mask_zero=True)(given) for _ in range(2)])
    keras.Model(given, keras.layers.LSTM(3)(total)).save("model.keras")
model = keras.saving.load_model("model.keras")
inside = keras.Model(model.inputs, model.get_layer("plus").output)(words)
masked = getattr(inside, "_keras_mask", None) is not None
print(f"Keras {keras.__version__}: the LSTM gets a mask: {masked}")
assert masked == (not keras.__version__.startswith("3.3.")), keras.__version__
result = np.asarray(model(words))
if os.path.exists("before.npy"):
    far = float(np.abs(result - np.load("before.npy")).max()) > 0.001
    print(f"one file, one input, largest difference of the outputs > 0.001: {far}")
    assert far
np.save("before.npy", result)
PYTHON
PYTHONPATH="$folder/old" venv/bin/python finding.py
venv/bin/python finding.py
