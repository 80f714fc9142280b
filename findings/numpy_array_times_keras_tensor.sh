#!/usr/bin/env bash
# `x * array` works for a symbolic tensor, `array * x` does not.
#
# Versions:  Keras 3.15.1, TensorFlow 2.21.0 (Linux, x86-64)
# Behaviour: With a NumPy array on the left, NumPy's operator is asked first and tries to convert the symbolic tensor, which
#            raises ValueError; with the array on the right, Keras's operator runs, and a float64 array makes the result float64,
#            whatever `keras.config.floatx()` is. So a gate `alpha * x` fails where `x * alpha` runs.
# Output:    x * array: float64 (None, 3)
#            array * x: ValueError
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check keras==3.15.1 tensorflow-cpu==2.21.0 numpy==2.4.6
cd "$folder"
export TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES=
cat > finding.py <<'PYTHON'
import keras
import numpy as np

x, array = keras.Input((3,)), np.arange(3.0)
right = x * array
print("x * array:", right.dtype, right.shape)
assert (keras.config.floatx(), right.dtype, right.shape) == ("float32", "float64", (None, 3))
try:
    array * x
except ValueError:
    print("array * x: ValueError")
else:
    raise SystemExit("It works from the left now.")
PYTHON
venv/bin/python finding.py
