"""Writes real architectures: those of `keras.applications`, and those of three packages for segmentation.

For each NAME.keras and NAME.h5 (what this Keras can save), and NAME.npz with the input "x" and the outputs "out:0",
"out:1", ... of the writer.

    python tests/sandbox/corpus/architectures.py applications FOLDER

with the Keras of the installed TensorFlow. The packages are written for Keras 2; with TensorFlow 2.15:

    pip install segmentation-models==1.0.1 keras-unet==0.1.2 keras-unet-collection==0.1.13
    SM_FRAMEWORK=tf.keras python tests/sandbox/corpus/architectures.py packages FOLDER

With TensorFlow 2.16 or later also `pip install tf_keras` and TF_USE_LEGACY_KERAS=1.
"""

import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np

APPLICATIONS = (
    "EfficientNetB0", "EfficientNetV2B0", "MobileNetV2", "MobileNetV3Small", "DenseNet121", "ResNet50V2", "Xception",
    "NASNetMobile", "ConvNeXtTiny", "InceptionV3",
)  # fmt: skip
MORE = ("MobileNet", "MobileNetV3Large", "RegNetX002", "RegNetY002", "ResNetRS50", "EfficientNetV2S")


def applications(names=APPLICATIONS):
    """(name, model) of `keras.applications`, without their trained weights."""
    from tensorflow import keras

    small = {"weights": None, "include_top": False, "input_shape": (64, 64, 3)}
    modules = [keras.applications, *(getattr(keras.applications, name, None) for name in ("regnet", "resnet_rs"))]
    for name in names:
        shape = (96, 96, 3) if name in ("InceptionV3", "Xception") else (64, 64, 3)
        make = next((getattr(module, name) for module in modules if hasattr(module, name)), None)
        if make is not None:
            yield f"applications_{name}", make(**small | {"input_shape": shape})


def packages():
    """(name, model) of segmentation-models, keras-unet and keras-unet-collection."""
    for make in (_keras_unet_collection, _keras_unet, _segmentation_models):
        try:
            yield from make()
        except ImportError as error:
            print(f"{make.__name__}: {error}")


def _segmentation_models():
    import segmentation_models as sm

    options = {"encoder_weights": None}
    yield "sm_Unet_resnet34", sm.Unet("resnet34", input_shape=(64, 64, 3), **options)
    yield "sm_Unet_densenet121", sm.Unet("densenet121", input_shape=(64, 64, 3), **options)
    yield "sm_Linknet_mobilenetv2", sm.Linknet("mobilenetv2", input_shape=(64, 64, 3), **options)
    yield "sm_FPN_resnet18", sm.FPN("resnet18", input_shape=(64, 64, 3), **options)
    yield "sm_PSPNet_resnet18", sm.PSPNet("resnet18", input_shape=(96, 96, 3), **options)


def _keras_unet():
    from keras_unet.models import custom_unet, satellite_unet, vanilla_unet

    yield "keras_unet_custom", custom_unet((64, 64, 3), filters=8, num_layers=3)
    yield "keras_unet_satellite", satellite_unet((64, 64, 3))
    yield "keras_unet_vanilla", vanilla_unet((188, 188, 1), num_layers=3, filters=8)


def _keras_unet_collection():
    from keras_unet_collection import models

    shape, filters = (64, 64, 3), [8, 16, 32]
    options = {"n_labels": 2, "output_activation": "Softmax"}
    yield "kuc_att_unet_2d", models.att_unet_2d(shape, filters, **options)
    yield "kuc_unet_3plus_2d", models.unet_3plus_2d(shape, filter_num_down=filters, **options)
    yield "kuc_r2_unet_2d", models.r2_unet_2d(shape, filters, **options)
    yield "kuc_unet_2d", models.unet_2d(shape, filters, **options)
    yield "kuc_unet_plus_2d", models.unet_plus_2d(shape, filters, **options)
    yield "kuc_u2net_2d", models.u2net_2d(shape, 2, filters, output_activation="Sigmoid")
    yield "kuc_vnet_2d", models.vnet_2d(shape, filters, res_num_ini=1, res_num_max=3, **options)
    yield "kuc_resunet_a_2d", models.resunet_a_2d((128, 128, 3), [8, 16, 32], [1, 3], 2, output_activation="Sigmoid")


def randomised(model, random):
    """Every weight changed a little, so that no two layers agree by chance, such as by the zeros of a bias."""
    model.set_weights([(w * random.uniform(0.8, 1.2, w.shape) + random.uniform(-0.02, 0.02, w.shape)).astype(w.dtype)
                       if w.dtype.kind == "f" else w for w in model.get_weights()])  # fmt: skip


def write(part, folder):
    """Write the models of a part."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    parts = {"applications": applications, "more": lambda: applications(MORE), "packages": packages}
    for name, model in parts[part]():
        random = np.random.default_rng(len(name))
        randomised(model, random)
        shape = [1 if size is None else size for size in model.inputs[0].shape]
        x = random.random(shape, np.float32)
        outputs = model(x, training=False)
        outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
        for ending in ("keras", "h5"):
            try:
                model.save(Path(folder) / f"{name}.{ending}")
            except Exception as error:
                print(f"{name}.{ending} cannot be saved: {type(error).__name__} {str(error)[:90]!r}")
        np.savez(Path(folder) / f"{name}.npz", x=x, **{f"out:{n}": np.asarray(y) for n, y in enumerate(outputs)})
        print(name, f"{model.count_params():,}")


if __name__ == "__main__":
    write(*sys.argv[1:])
