"""Writes the corpus: small models saved by one Keras, each with the values that this Keras computes.

Run with the Keras that shall write, one after the other (the other packages may be those of the project):

    pip install --no-deps --target /tmp/keras-3.3.3 keras==3.3.3
    PYTHONPATH=/tmp/keras-3.3.3 python tests/sandbox/corpus/write.py keras tests/sandbox/corpus
    python tests/sandbox/corpus/write.py tf_keras tests/sandbox/corpus     # tf_keras beside TensorFlow
    python tests/sandbox/corpus/write.py tensorflow.keras tests/sandbox/corpus   # TensorFlow 2.12 to 2.15

`sharing` as a third argument writes the models of `sharing.py` instead of those of `models.py`.

For each version one archive: NAME.keras, NAME.h5 (what this Keras can save), NAME.npz with "in:NAME" for each input,
"out:0", "out:1", ... for the outputs, and for each call on two tensors or more "at:LAYER:CALL:0", ... (its operands)
and "at:LAYER:CALL:out".
"""

import importlib
import io
import os
import sys
import tempfile
import zipfile
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))


def main(module, folder, models="models"):
    """Write the archive of this Keras: the models of the module beside this file."""
    k = importlib.import_module(module)
    version = getattr(k, "__version__", "") or importlib.import_module("keras").__version__
    name = "tf_keras" if module == "tf_keras" else "keras"
    target = Path(folder) / f"{name}-{version}.zip"
    written = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as archive:
        for kind, make in importlib.import_module(models).MODELS.items():
            k.backend.clear_session()
            k.utils.set_random_seed(len(kind))
            try:
                model = make(k, functions(k, version))
                values = values_of(k, model, kind)
            except Exception as error:
                print(f"{version} {kind} cannot be made: {type(error).__name__} {str(error)[:90]!r}")
                continue
            for ending, content in files_of(model, kind, version):
                archive.writestr(f"{kind}.{ending}", content)
                written += 1
            stream = io.BytesIO()
            np.savez(stream, **values)
            archive.writestr(f"{kind}.npz", stream.getvalue())
    print(target.name, written, "files", target.stat().st_size // 1000, "kB")


def functions(k, version):
    """The functions of this Keras: `keras.ops`, or those of TensorFlow, which Keras 2 saves as TFOpLambda."""
    if version.startswith("3"):
        ops = k.ops
        return {"maximum": ops.maximum, "minimum": ops.minimum, "concat": ops.concatenate, "sigmoid": ops.sigmoid,
                "relu": ops.relu, "mean": lambda x: ops.mean(x, axis=-1, keepdims=True),
                "resize": ops.image.resize, "transpose": ops.transpose, "tile": ops.tile, "clip": ops.clip,
                "leaky": ops.leaky_relu, "gelu": ops.gelu, "silu": ops.silu, "elu": ops.elu, "rsqrt": ops.rsqrt,
                "std": lambda x: ops.std(x, axis=(1, 2), keepdims=True)}  # fmt: skip
    import tensorflow as tf

    return {"maximum": tf.maximum, "minimum": tf.minimum, "concat": tf.concat, "sigmoid": tf.sigmoid,
            "relu": tf.nn.relu, "mean": lambda x: tf.reduce_mean(x, axis=-1, keepdims=True),
            "resize": tf.image.resize, "transpose": tf.transpose, "tile": tf.tile, "clip": tf.clip_by_value,
            "leaky": tf.nn.leaky_relu, "gelu": tf.nn.gelu, "silu": tf.nn.silu, "elu": tf.nn.elu, "rsqrt": tf.math.rsqrt,
            "std": lambda x: tf.math.reduce_std(x, axis=(1, 2), keepdims=True)}  # fmt: skip


def values_of(k, model, kind):
    """Inputs, outputs, and what goes into and comes out of each call on several tensors."""
    random = np.random.default_rng(7)
    randomised(model, random)
    given = {}
    for tensor in model.inputs:
        name = getattr(tensor, "name", "").split(":")[0] or "x"
        shape = (2, *tensor.shape[1:])
        whole = "int" in str(getattr(tensor.dtype, "name", tensor.dtype))
        given[name] = random.integers(0, 9, shape).astype("int32") if whole else random.random(shape, "float32")
    call = (
        given
        if isinstance(model.input, dict)
        else list(given.values())
        if len(given) > 1
        else next(iter(given.values()))
    )
    outputs = flat(model(call, training=False))
    found = {f"in:{name}": array for name, array in given.items()}
    found |= {f"out:{number}": np.asarray(array) for number, array in enumerate(outputs)}
    try:
        found |= inside(k, model, list(given.values()))
    except Exception as error:
        print(f"  {kind}: no values inside: {type(error).__name__} {str(error)[:90]!r}")
    return found


def randomised(model, random):
    """Every weight anew, so that no two layers agree by chance, such as by the zeros of a bias."""
    model.set_weights([(random.random(w.shape) * 0.6 + 0.1).astype(w.dtype) if w.dtype.kind == "f" else w
                       for w in model.get_weights()])  # fmt: skip


def inside(k, model, given):
    """Of the calls of the outermost model alone, by sub-models."""
    if not hasattr(model, "_nodes_by_depth"):
        return {}
    own = {id(node) for nodes in model._nodes_by_depth.values() for node in nodes}
    wanted, names = [], []
    for layer in model.layers if not hasattr(model, "operations") else model.operations:
        nodes = [node for node in layer._inbound_nodes if id(node) in own]
        for number, node in enumerate(nodes):
            tensors = flat(node.input_tensors)
            if len(tensors) > 1:
                wanted += [*tensors, *flat(node.output_tensors)[:1]]
                places = [*range(len(tensors)), "out"]
                names += [f"at:{layer.name}:{number}:{place}" for place in places]
    if not wanted:
        return {}
    part = k.Model(model.inputs, wanted)
    values = flat(part(given if len(given) > 1 else given[0], training=False))
    return dict(zip(names, map(np.asarray, values), strict=True))


def files_of(model, kind, version):
    """What this Keras can save."""
    for ending, options in (("keras", {}), ("h5", {})):
        if ending == "keras" and version.startswith("2.12"):
            options = {"save_format": "keras_v3"}
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"model.{ending}"
            try:
                model.save(path, **options)
                yield ending, path.read_bytes()
            except Exception as error:
                print(f"{version} {kind}.{ending} cannot be saved: {type(error).__name__} {str(error)[:90]!r}")


def flat(values):
    """Lists and dictionaries, flat."""
    if isinstance(values, dict):
        return [x for key in sorted(values) for x in flat(values[key])]
    return [x for value in values for x in flat(value)] if isinstance(values, (list, tuple)) else [values]


if __name__ == "__main__":
    main(*sys.argv[1:])
