#!/usr/bin/env bash
# `import tensorflow` imports JAX, and `import keras` imports pandas, where they are installed.
#
# Versions:  tensorflow-cpu 2.21.0, Keras 3.15.1, JAX 0.10.2, pandas 3.1.1
# Behaviour: The converter of TensorFlow Lite, which `import tensorflow` imports, tries `from jax import ...`; a module
#            of Keras for array slicing tries `import pandas`. Neither is used unless such objects are passed. So a
#            process that runs a model on TensorFlow becomes larger and starts later when another program of the same
#            environment needs JAX or pandas. `sys.modules["jax"] = None` before the import prevents it.
# Output:    imported: ['jax', 'pandas']; without them: []; larger by more than 100 MB: True
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
  tensorflow-cpu==2.21.0 keras==3.15.1 jax==0.10.2 pandas==3.1.1
cd "$folder"
export TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES= KERAS_BACKEND=tensorflow
cat > imports.py <<'PYTHON'
import json
import resource
import sys

for name in sys.argv[1:]:
    sys.modules[name] = None
import keras  # noqa: E402

found = [name for name in ("jax", "pandas") if sys.modules.get(name)]
print(json.dumps([found, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
PYTHON
cat > finding.py <<'PYTHON'
import json
import subprocess
import sys


def run(*hidden):
    return json.loads(subprocess.run([sys.executable, "imports.py", *hidden], check=True, capture_output=True).stdout)


(usual, much), (hidden, less) = run(), run("jax", "pandas")
larger = much - less > 100_000  # KB
print(f"imported: {usual}; without them: {hidden}; larger by more than 100 MB: {larger}")
assert (usual, hidden, larger) == (["jax", "pandas"], [], True), (usual, hidden, much, less)
PYTHON
venv/bin/python finding.py
