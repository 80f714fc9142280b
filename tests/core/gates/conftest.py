"""Where TensorFlow is not installed, the modules that build Keras models are not collected."""

from importlib.util import find_spec

collect_ignore = (
    [] if find_spec("tensorflow") else ["test_against_keras.py", "test_convolution.py", "test_gallery_against_keras.py"]
)
