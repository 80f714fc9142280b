#!/usr/bin/env bash
# The gradient of Dot(normalize=True) with a zero vector is finite on TensorFlow and NaN on JAX and PyTorch.
#
# Versions:  Keras 3.15.1, TensorFlow 2.21.0, JAX 0.10.2 (Linux, x86-64); PyTorch 2.13.0 behaves as JAX
# Behaviour: All backends give a cosine of 0 for a zero vector, since the norm is raised to an epsilon. The gradient
#            through that epsilon is finite on TensorFlow, but 0 times infinity, so NaN, on JAX and PyTorch: one row of
#            zeros (a dead ReLU, padding) turns a whole training step into NaN after the backend is changed.
# Output:    tensorflow: cosine 0.0, gradient [10000000.0, 0.0]
#            jax: cosine 0.0, gradient [nan, nan]
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check keras==3.15.1 tensorflow-cpu==2.21.0 jax==0.10.2
cd "$folder"
export TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES=
cat > finding.py <<'PYTHON'
import keras
import numpy as np

zero, one = np.zeros((1, 2), "float32"), np.array([[1, 0]], "float32")
layer = keras.layers.Dot(axes=1, normalize=True)
backend = keras.config.backend()
if backend == "jax":
    import jax

    value = float(np.asarray(layer([zero, one])).item())
    gradient = np.asarray(jax.grad(lambda x: layer([x, jax.numpy.asarray(one)]).sum())(jax.numpy.asarray(zero)))
else:
    import tensorflow as tf

    x = tf.constant(zero)
    with tf.GradientTape() as tape:
        tape.watch(x)
        result = layer([x, tf.constant(one)])
    value, gradient = float(result.numpy().item()), tape.gradient(result, x).numpy()
print(f"{backend}: cosine {value}, gradient {gradient[0].tolist()}")
assert value == 0
assert np.isnan(gradient).all() == (backend == "jax")
PYTHON
for backend in tensorflow jax; do KERAS_BACKEND=$backend venv/bin/python finding.py; done
