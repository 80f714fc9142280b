#!/usr/bin/env bash
# Keras does not load its own file if two nested models share a layer.
#
# Versions:  Keras 3.15.1, TensorFlow 2.21.0
# Behaviour: `save` writes the weights of the shared layer once, under the first nested model. `load_model` builds two
#            separate layers (it restores each nested model by itself) and looks for weights under both. The saved model
#            is an ordinary functional one.
# Output:    variables of two nested models before saving: 2; load_model: ValueError
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check tensorflow-cpu==2.21.0 keras==3.15.1
cd "$folder"
export TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES= KERAS_BACKEND=tensorflow
cat > finding.py <<'PYTHON'
import keras

shared = keras.layers.Dense(3, name="d")
first, second, outer = (keras.Input((5,)) for _ in range(3))
one = keras.Model(first, shared(first), name="one")
two = keras.Model(second, shared(second), name="two")
model = keras.Model(outer, keras.layers.Add()([one(outer), two(outer)]))
same = len({id(variable) for nested in (one, two) for variable in nested.variables})
model.save("model.keras")
try:
    keras.saving.load_model("model.keras")
    result = "loaded"
except ValueError as error:
    result = type(error).__name__
    assert "expected 2 variables, but received 0" in str(error), error
print(f"variables of two nested models before saving: {same}; load_model: {result}")
assert (same, result) == (2, "ValueError"), (same, result)
PYTHON
venv/bin/python finding.py
