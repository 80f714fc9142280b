#!/usr/bin/env bash
# A merge of integer inputs is declared float32 and returns integers.
#
# Versions:  Keras 3.15.1, TensorFlow 2.21.0 (Linux, x86-64)
# Behaviour: `Add()([x, x]).dtype` is "float32" for an int64 or uint8 Input (also Multiply, Maximum, Concatenate, Dot);
#            the model returns int64 or uint8, and uint8 wraps. Code that sizes buffers or exports by the declared dtype is wrong.
# Output:    int64: Add is declared float32, returns int64
#            uint8: Add is declared float32, returns uint8, 200 + 100 = 44
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

for dtype, end in (("int64", ""), ("uint8", ", 200 + 100 = 44")):
    x, y = keras.Input((1,), dtype=dtype), keras.Input((1,), dtype=dtype)
    for name, options in (("Add", {}), ("Multiply", {}), ("Maximum", {}), ("Concatenate", {}), ("Dot", {"axes": -1})):
        output = getattr(keras.layers, name)(**options)([x, y])
        result = np.asarray(keras.Model([x, y], output)([np.array([[200]], dtype), np.array([[100]], dtype)]))
        assert (output.dtype, str(result.dtype)) == ("float32", dtype), (name, output.dtype, result.dtype)
        if name == "Add":
            print(f"{dtype}: {name} is declared {output.dtype}, returns {result.dtype}{end}")
            assert result.item() == (300 if dtype == "int64" else 44)
PYTHON
venv/bin/python finding.py
