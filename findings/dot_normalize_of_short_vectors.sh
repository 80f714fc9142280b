#!/usr/bin/env bash
# Dot(normalize=True) of a short vector with itself is 1 on the NumPy backend and far below 1 on others.
#
# Versions:  Keras 3.15.1, TensorFlow 2.21.0, NumPy 2.4.6, JAX 0.10.2 (Linux, x86-64)
# Behaviour: The cosine of a vector with itself is 1. On TensorFlow the length is raised to an epsilon of 1e-7 before
#            the division, so for shorter vectors the result tends to 0; on the NumPy backend it is not.
#            A model that was checked on one backend computes other similarities for small activations on another.
# Output:    tensorflow: length 1e-8 gives 0.01, length 1 gives 1.0
#            numpy: length 1e-8 gives 1.0, length 1 gives 1.0
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check keras==3.15.1 tensorflow-cpu==2.21.0 numpy==2.4.6 jax==0.10.2 scipy
cd "$folder"
export TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES=
cat > finding.py <<'PYTHON'
import keras
import numpy as np


def cosine(length):
    vector = np.full((1, 4), length / 2, "float32")
    return round(float(np.asarray(keras.layers.Dot(axes=-1, normalize=True)([vector, vector])).item()), 6)


backend = keras.config.backend()
print(f"{backend}: length 1e-8 gives {cosine(1e-8)}, length 1 gives {cosine(1)}")
assert cosine(1) == 1
assert cosine(1e-8) == (1 if backend == "numpy" else 0.01)
PYTHON
for backend in tensorflow numpy; do KERAS_BACKEND=$backend venv/bin/python finding.py; done
