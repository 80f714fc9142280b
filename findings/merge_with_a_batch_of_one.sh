#!/usr/bin/env bash
# A merge with an input of batch size 1 is declared with batch size 1 and returns more.
#
# Versions:  Keras 3.15.1, TensorFlow 2.21.0 (Linux, x86-64)
# Behaviour: `Multiply()([Input(batch_shape=(1, 3)), Input((3,))])`, a constant for all samples times a batch, is declared
#            (1, 3). The model broadcasts the constant and returns (5, 3). A real constant works only as second operand:
#            `Multiply()([x, array])` is declared (1, 3) too, `Multiply()([array, x])` raises AttributeError.
# Output:    declared (1, 3), returned (5, 3)
#            constant second: (1, 3), constant first: AttributeError
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

constant, x = keras.Input(batch_shape=(1, 3)), keras.Input((3,))
output = keras.layers.Multiply()([constant, x])
result = keras.Model([constant, x], output)([np.ones((1, 3)), np.ones((5, 3))])
print(f"declared {output.shape}, returned {tuple(result.shape)}")
assert (output.shape, tuple(result.shape)) == ((1, 3), (5, 3))

array = np.ones((1, 3), "float32")
second = keras.layers.Multiply()([x, array]).shape
try:
    first = keras.layers.Multiply()([array, x]).shape
except AttributeError:
    first = "AttributeError"
print(f"constant second: {second}, constant first: {first}")
assert (second, first) == ((1, 3), "AttributeError")
PYTHON
venv/bin/python finding.py
