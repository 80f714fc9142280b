"""Tests mirror the tree.

The environment is set here, before any test module imports Keras: TensorFlow reads it once, when it is imported.
With oneDNN its sums differ in the last bit from those of the processes in which the app runs Keras.
"""

import os

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # whatever the shell says: the processes that tests start get the same
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
