"""The trained network as a `.keras` file, for the model inspector: `python -m training.keras_file` writes it.

The zip is compressed: the kernels are rounded to float16 and stored as float32, so half of their bytes are mostly 0.
"""

import os
import tempfile
import zipfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from network.attention_unet import attention_unet
from network.weights import load_weights

ASSETS = Path(__file__).parent.parent / "assets"
NAME = "attention_unet.keras"


def write_keras_file(assets: Path = ASSETS) -> Path:
    """Save the network with the weights of weights.npz in the same folder; returns the path of the file."""
    network = load_weights(attention_unet(), assets / "weights.npz")
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / NAME
        network.save(plain)
        with zipfile.ZipFile(plain) as read, zipfile.ZipFile(assets / NAME, "w", zipfile.ZIP_DEFLATED) as written:
            for name in read.namelist():
                written.writestr(name, read.read(name))
    return assets / NAME


if __name__ == "__main__":
    print(write_keras_file())
