#!/usr/bin/env bash
# `ops.image.resize` to the size of another tensor cannot be built if that size is open.
#
# Versions:  Keras 3.15.1, TensorFlow 2.21.0 (Linux, x86-64)
# Behaviour: A gate that resizes its map to the skip connection by `ops.shape(skip)[1:3]` works for fixed sizes. With
#            height and width None, building the model raises TypeError, although `ops.shape` returns a value for the call.
# Output:    fixed sizes: (None, 8, 8, 1)
#            open sizes: TypeError: '<=' not supported between instances of 'NoneType' and 'int'
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check keras==3.15.1 tensorflow-cpu==2.21.0 numpy==2.4.6
cd "$folder"
export TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES=
cat > finding.py <<'PYTHON'
import keras
from keras import ops


def build(height, width):
    coarse, skip = keras.Input((None, None, 1)), keras.Input((height, width, 3))
    return ops.image.resize(coarse, ops.shape(skip)[1:3]).shape


fixed = build(8, 8)
print("fixed sizes:", fixed)
assert fixed == (None, 8, 8, 1)
try:
    build(None, None)
except TypeError as error:
    print("open sizes: TypeError:", error)
    assert "NoneType" in str(error)
else:
    raise SystemExit("It can be built now.")
PYTHON
venv/bin/python finding.py
