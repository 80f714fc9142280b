"""Small .keras files without Keras: config.json alone, as Keras writes it, which is all that reading needs."""

import io
import json
import zipfile


def keras_file(layers, outputs, name="small") -> bytes:
    """A functional model.

    Args:
        layers: (name, class, shape of the output, names of the layers that go in), and settings if it has some; the
            class "x * y" is an operator.
        outputs: names of layers.
        name: of the model.
    """
    shapes = {layer: shape for layer, _, shape, *_ in layers}
    config = {
        "name": name,
        "layers": [_layer(*row[:4], shapes, *row[4:]) for row in layers],
        "input_layers": [[layer, 0, 0] for layer, kind, *_ in layers if kind == "InputLayer"],
        "output_layers": [[layer, 0, 0] for layer in outputs],
    }
    entry = {"module": "keras.src.models.functional", "class_name": "Functional", "config": config}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.15.1", "date_saved": "2026-01-01@00:00:00"}))
        archive.writestr("config.json", json.dumps(entry | {"registered_name": "Functional"}))
    return stream.getvalue()


def _layer(name, kind, shape, inbound, shapes, settings=None):
    tensors = [
        {
            "class_name": "__keras_tensor__",
            "config": {"shape": shapes[source], "dtype": "float32", "keras_history": [source, 0, 0]},
        }
        for source in inbound
    ]
    operator = kind == "x * y"
    config = {"name": name} | (settings or {})
    if kind == "InputLayer":
        config |= {"batch_shape": shape, "dtype": "float32", "sparse": False}
    args = tensors if operator or len(tensors) == 1 else [tensors]
    return {
        "module": "keras.src.ops.numpy" if operator else "keras.layers",
        "class_name": "Multiply" if operator else kind,
        "config": config,
        "registered_name": None,
        "name": name,
        "inbound_nodes": [{"args": args, "kwargs": {}}] if tensors else [],
    }


def gate_file(feature="features", weights="map", gate="gate") -> bytes:
    """Features of 7 channels times a map of one, joined with the features."""
    return keras_file(
        [
            (feature, "InputLayer", [None, 3, 5, 7], []),
            (weights, "InputLayer", [None, 3, 5, 1], []),
            (gate, "Multiply", [None, 3, 5, 7], [feature, weights]),
            ("sum", "Add", [None, 3, 5, 7], [gate, feature]),
            ("joined", "Concatenate", [None, 3, 5, 14], ["sum", feature]),
        ],
        ["joined"],
    )


def unet_file(multiplied="x", joined=("up", "gated")) -> bytes:
    """One level of an Attention U-Net: x is pooled to g; the map made of both multiplies one of them."""
    fine, coarse = [None, 12, 20], [None, 6, 10]
    return keras_file(
        [
            ("image", "InputLayer", [*fine, 3], []),
            ("x", "Conv2D", [*fine, 7], ["image"], {"activation": "relu"}),
            ("pool", "MaxPooling2D", [*coarse, 7], ["x"]),
            ("g", "Conv2D", [*coarse, 7], ["pool"], {"activation": "relu"}),
            ("theta", "Conv2D", [*coarse, 5], ["x"]),
            ("phi", "Conv2D", [*coarse, 5], ["g"]),
            ("sum", "Add", [*coarse, 5], ["theta", "phi"]),
            ("psi", "Conv2D", [*coarse, 1], ["sum"], {"activation": "sigmoid"}),
            ("alpha", "UpSampling2D", [*fine, 1], ["psi"]),
            ("up", "Conv2DTranspose", [*fine, 7], ["g"]),
            ("gated", "Multiply", [*fine, 7], [multiplied, "alpha"]),
            ("join", "Concatenate", [*fine, 7 * len(joined)], list(joined)),
        ],
        ["join"],
    )


def dense_gate_file(units=7, softmax_axis=None) -> bytes:
    """A gate made by a Dense layer on the features, (steps, channels), with a softmax or a sigmoid."""
    layers = [
        ("x", "InputLayer", [None, 5, 7], []),
        ("scores", "Dense", [None, 5, units], ["x"], {"activation": "sigmoid" if softmax_axis is None else "linear"}),
    ]
    if softmax_axis is not None:
        layers.append(("softmax", "Softmax", [None, 5, units], ["scores"], {"axis": softmax_axis}))
    return keras_file([*layers, ("gated", "Multiply", [None, 5, 7], ["x", layers[-1][0]])], ["gated"])
