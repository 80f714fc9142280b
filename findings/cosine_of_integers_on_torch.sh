#!/usr/bin/env bash
# Dot(normalize=True) of integers is wrong on PyTorch as soon as a squared length exceeds 32 bits.
#
# Versions:  Keras 3.15.1, PyTorch 2.13.0, NumPy 2.4.6 (Linux, x86-64)
# Behaviour: The cosine of a vector with itself is 1. On the PyTorch backend int32 values are squared and summed as
#            int32, so from 46,341 on the squared length wraps around: the result is NaN where it becomes negative and a
#            plausible wrong number where it does not. (TensorFlow and JAX reject integers here; NumPy gives 1.)
# Output:    30000: 1
#            50000: nan
#            70000: 8.1
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check keras==3.15.1 torch==2.13.0 numpy==2.4.6
cd "$folder"
cat > finding.py <<'PYTHON'
import math

import keras
import numpy as np


def cosine(value):
    vector = np.array([[value, 0]], "int32")
    result = keras.layers.Dot(axes=1, normalize=True)([vector, vector])
    return float(keras.ops.convert_to_numpy(result).item())


found = {value: cosine(value) for value in (30_000, 50_000, 70_000)}
for value, result in found.items():
    print(f"{value}: {result:.3g}")
assert abs(found[30_000] - 1) < 1e-5
assert math.isnan(found[50_000])
assert abs(found[70_000] - 1) > 1
PYTHON
KERAS_BACKEND=torch venv/bin/python finding.py
