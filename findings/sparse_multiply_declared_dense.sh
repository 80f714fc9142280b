#!/usr/bin/env bash
# Multiply of a sparse and a dense input is declared dense and returns a SparseTensor.
#
# Versions:  Keras 3.15.1, TensorFlow 2.21.0 (Linux, x86-64)
# Behaviour: The symbolic output of `Multiply()([sparse, dense])` has sparse=False; the model returns a SparseTensor, so
#            NumPy code that reads the output by its declaration fails. Add of the same inputs is dense, as declared.
# Output:    Multiply: declared sparse=False, returned SparseTensor
#            Add: declared sparse=False, returned EagerTensor
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
import tensorflow as tf

found = {}
for name in ("Multiply", "Add"):
    sparse, dense = keras.Input((3,), sparse=True), keras.Input((3,))
    output = getattr(keras.layers, name)()([sparse, dense])
    model = keras.Model([sparse, dense], output)
    result = model([tf.sparse.from_dense(np.eye(3, dtype="float32")), tf.ones((3, 3))])
    print(f"{name}: declared sparse={output.sparse}, returned {type(result).__name__}")
    found[name] = output.sparse, isinstance(result, tf.SparseTensor)
assert found == {"Multiply": (False, True), "Add": (False, False)}
PYTHON
venv/bin/python finding.py
