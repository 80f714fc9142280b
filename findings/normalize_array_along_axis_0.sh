#!/usr/bin/env bash
# keras.utils.normalize of a NumPy array along axis 0 divides by the norms of the wrong axis.
#
# Versions:  Keras 3.15.1, NumPy 2.4.6; any backend, here JAX 0.10.2 (Linux, x86-64)
# Behaviour: `keras.utils.normalize(x, axis=0)` should give columns of length 1, as it does for a tensor. For a NumPy
#            array the norms are taken along axis 0 and then aligned as a column (`axis or -1`), so each *row* of a square
#            matrix is divided by the norm of a column, without an error; a matrix that is not square is rejected.
# Output:    array:  lengths of the columns [0.67, 1.0]
#            tensor: lengths of the columns [1.0, 1.0]
#            array of shape (2, 3): ValueError
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check keras==3.15.1 numpy==2.4.6 jax==0.10.2 scipy
cd "$folder"
cat > finding.py <<'PYTHON'
import keras
import numpy as np


def lengths(x):
    normalized = np.asarray(keras.utils.normalize(x, axis=0))
    return [round(float(length), 2) for length in np.linalg.norm(normalized, axis=0)]


x = np.array([[3.0, 0.0], [4.0, 13.0]], "float32")
array, tensor = lengths(x), lengths(keras.ops.convert_to_tensor(x))
print("array:  lengths of the columns", array)
print("tensor: lengths of the columns", tensor)
try:
    keras.utils.normalize(np.ones((2, 3)), axis=0)
    raised = "no error"
except ValueError as error:
    raised = type(error).__name__
print("array of shape (2, 3):", raised)
assert tensor == [1, 1]
assert array != [1, 1]
assert raised == "ValueError"
PYTHON
KERAS_BACKEND=jax venv/bin/python finding.py
