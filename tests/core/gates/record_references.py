"""Ask the libraries that others rely on for the results of their gates, and write them down.

`make torch` asks the installed ones again and compares; `--write` replaces what is recorded:

    python -m tests.core.gates.record_references --write timm monai

The packages are those of `requirements-torch.txt`; `keras-unet-collection` 0.1.13 needs Keras on TensorFlow instead.
Features and weights are made again from their names and a seed (`case_of`), so a file holds results and versions alone.
Layouts: a library's features are (n, C, *grid), a PyTorch kernel is (out, in, *window).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zlib import crc32

import numpy as np

from core.gates import gate_shapes

Array = np.ndarray
Weights = dict[str, Array]
RECORDED = Path(__file__).parent / "recorded"
GRID, COARSE = (2, 5, 7, 32), (2, 5, 7, 11)  # x; g on the same grid with other channels
VOLUME = (2, 3, 5, 7, 16)


@dataclass(frozen=True)
class Reference:
    """One form of a gate in a library.

    Attributes:
        library: to import, a key of `PACKAGES`.
        gate: name in `core.gates.GATES`.
        variant: of that gate.
        ask: (weights, x, g) -> the result of the library, batch and channels as here.
        x: shape of the features.
        g: shape of the gating signal; None for gates without one.
    """

    library: str
    gate: str
    variant: str
    ask: Callable[[Weights, Array, Array | None], Array]
    x: tuple[int, ...] = GRID
    g: tuple[int, ...] | None = None

    @property
    def name(self) -> str:
        """In the file of the library."""
        return f"{self.gate} {self.variant} {'x'.join(map(str, self.x))}"


def case_of(reference: Reference) -> tuple[Weights, Array, Array | None]:
    """Weights, features and gating signal: none of the weights has its initial value."""
    shapes = gate_shapes(reference.gate, reference.x, g=reference.g, variant=reference.variant).weights
    weights = {name: _weight(name, array.shape) for name, array in shapes.items()}
    return weights, drawn("x", reference.x), None if reference.g is None else drawn("g", reference.g)


def _weight(name: str, shape: tuple[int, ...]) -> Array:
    if name.endswith("/moving_variance"):
        return (0.5 + np.abs(drawn(name, shape))).astype(np.float32)
    if name.endswith("/gamma"):
        return (1 + 0.3 * drawn(name, shape)).astype(np.float32)
    scale = float(np.prod(shape[:-1])) ** -0.5 if name.endswith("/kernel") else 0.3
    return (scale * drawn(name, shape)).astype(np.float32)


def drawn(name: str, shape: tuple[int, ...]) -> Array:
    """Normal values that depend on the name alone."""
    return np.random.default_rng(crc32(name.encode())).normal(size=shape).astype(np.float32)


def _first(value: Array) -> Any:
    """Channels behind the batch, as a tensor of PyTorch."""
    import torch

    return torch.from_numpy(np.moveaxis(value, -1, 1).copy())


def _last(value: Any) -> Array:
    return np.moveaxis(value.detach().numpy(), 1, -1)


def _load(module: Any, weights: Weights, layers: dict[str, str]) -> Any:
    """Put weights into a module of PyTorch, in inference mode.

    Args:
        module: of the library.
        weights: by `layer/weight`.
        layers: name in the module -> name of the layer here. Parameters that are not named become 0.
    """
    import torch

    found = {name: torch.zeros_like(value) for name, value in module.state_dict().items()}
    for theirs, ours in layers.items():
        for name, wanted in _NAMES.items():
            key = f"{theirs}.{name}"
            array = next((weights[f"{ours}/{one}"] for one in wanted if f"{ours}/{one}" in weights), None)
            if key in found and array is not None:
                turned = np.moveaxis(array, (-1, -2), (0, 1)) if name == "weight" and array.ndim > 1 else array
                found[key] = torch.from_numpy(turned.copy()).reshape(found[key].shape)
    module.load_state_dict(found)
    return module.eval()


_NAMES = {
    "weight": ("kernel", "gamma"),
    "bias": ("bias", "beta"),
    "running_mean": ("moving_mean",),
    "running_var": ("moving_variance",),
}


def _timm_se(weights: Weights, x: Array, g: None) -> Array:
    from timm.layers import SEModule

    module = SEModule(x.shape[-1], rd_channels=weights["squeeze/kernel"].shape[1], bias=False)
    return _last(_load(module, weights, {"fc1": "squeeze", "fc2": "excite"})(_first(x)))


def _timm_eca(weights: Weights, x: Array, g: None) -> Array:
    from timm.layers import EcaModule

    return _last(_load(EcaModule(x.shape[-1]), weights, {"conv": "conv"})(_first(x)))


def _timm_cbam(weights: Weights, x: Array, g: None) -> Array:
    """With its batch normalization made neutral, which the paper has not."""
    from timm.layers.cbam import CbamModule

    module = CbamModule(x.shape[-1], rd_channels=weights["squeeze/kernel"].shape[1])
    module = _load(module, weights, {"channel.fc1": "squeeze", "channel.fc2": "excite", "spatial.conv.conv": "spatial"})
    module.spatial.conv.bn = _identity()
    return _last(module(_first(x)))


def _timm_cbam_official(weights: Weights, x: Array, g: None) -> Array:
    """The authors join [max; mean], timm [mean; max]: the kernel's inputs are swapped."""
    from timm.layers.cbam import CbamModule

    module = CbamModule(x.shape[-1], rd_channels=weights["squeeze/kernel"].shape[1], mlp_bias=True)
    swapped = weights | {"spatial/kernel": weights["spatial/kernel"][:, :, ::-1]}
    layers = {"channel.fc1": "squeeze", "channel.fc2": "excite"}
    layers |= {"spatial.conv.conv": "spatial", "spatial.conv.bn": "spatial_norm"}
    return _last(_load(module, swapped, layers)(_first(x)))


def _timm_coordinate(weights: Weights, x: Array, g: None) -> Array:
    from timm.layers.coord_attn import CoordAttn

    module = CoordAttn(x.shape[-1], rd_channels=weights["mix/kernel"].shape[-1], bias=True)
    layers = {"conv1": "mix", "bn1": "mix_norm", "conv_h": "row", "conv_w": "column"}
    return _last(_load(module, weights, layers)(_first(x)))


def _timm_residual(weights: Weights, x: Array, g: None) -> Array:
    from timm.models.resnet import BasicBlock

    layers = {"conv1": "conv1", "bn1": "conv1_norm", "conv2": "conv2", "bn2": "branch"}
    return _last(_load(BasicBlock(x.shape[-1], x.shape[-1]), weights, layers)(_first(x)))


def _timm_residual_sum(weights: Weights, x: Array, g: None) -> Array:
    """Without its last activation."""
    from timm.models.resnet import BasicBlock

    layers = {"conv1": "conv1", "bn1": "conv1_norm", "conv2": "conv2", "bn2": "branch"}
    block = _load(BasicBlock(x.shape[-1], x.shape[-1]), weights, layers)
    block.act2 = _identity()
    return _last(block(_first(x)))


def _timm_glu(weights: Weights, x: Array, g: None) -> Array:
    """Without its second layer."""
    from timm.layers import GluMlp

    width = weights["project/kernel"].shape[-1]
    module = _load(GluMlp(x.shape[-1], width), weights, {"fc1": "project"})
    module.fc2 = _identity()
    return _plain(module, x)


def _timm_swiglu(weights: Weights, x: Array, g: None) -> Array:
    """Without its second layer."""
    from timm.layers import SwiGLUPacked

    width = weights["project/kernel"].shape[-1]
    module = _load(SwiGLUPacked(x.shape[-1], width, bias=False), weights, {"fc1": "project"})
    module.fc2 = _identity()
    return _plain(module, x)


def _identity() -> Any:
    import torch

    return torch.nn.Identity()


def _plain(module: Any, x: Array) -> Array:
    """Channels last, as here."""
    import torch

    return module(torch.from_numpy(x)).detach().numpy()


def _monai_se(weights: Weights, x: Array, g: None) -> Array:
    from monai.networks.blocks import ChannelSELayer

    ratio = x.shape[-1] // weights["squeeze/kernel"].shape[1]
    module = ChannelSELayer(x.ndim - 2, x.shape[-1], r=ratio)
    return _last(_load(module, weights, {"fc.0": "squeeze", "fc.2": "excite"})(_first(x)))


def _monai_attention(weights: Weights, x: Array, g: Array) -> Array:
    from monai.networks.nets.attentionunet import AttentionBlock

    filters = weights["psi/kernel"].shape[-2]
    module = AttentionBlock(x.ndim - 2, f_int=filters, f_g=g.shape[-1], f_l=x.shape[-1])
    layers = {"W_g.0.conv": "phi_g", "W_g.1": "phi_g_norm", "W_x.0.conv": "theta_x", "W_x.1": "theta_x_norm"}
    layers |= {"psi.0.conv": "psi", "psi.1": "psi_norm"}
    return _last(_load(module, weights, layers)(g=_first(g), x=_first(x)))


def _smp_scse(weights: Weights, x: Array, g: None) -> Array:
    from segmentation_models_pytorch.base.modules import SCSEModule

    layers = {"cSE.1": "squeeze", "cSE.3": "excite", "sSE.0": "spatial"}
    return _last(_load(SCSEModule(x.shape[-1], reduction=2), weights, layers)(_first(x)))


def _torch_glu(weights: Weights, x: Array, g: None) -> Array:
    import torch

    both = torch.from_numpy(x) @ torch.from_numpy(weights["project/kernel"]) + torch.from_numpy(weights["project/bias"])
    return torch.nn.functional.glu(both, dim=-1).numpy()


def _torch_attention(weights: Weights, x: Array, g: None) -> Array:
    import torch

    channels = x.shape[-1]
    sequence = torch.from_numpy(x.reshape(len(x), -1, channels))
    parts = [weights[f"{name}/kernel"].reshape(channels, -1).T for name in ("query", "key", "value")]
    biases = [weights[f"{name}/bias"].reshape(-1) for name in ("query", "key", "value")]
    module = torch.nn.MultiheadAttention(channels, weights["query/kernel"].shape[1], batch_first=True).eval()
    module.load_state_dict({
        "in_proj_weight": torch.from_numpy(np.concatenate(parts)),
        "in_proj_bias": torch.from_numpy(np.concatenate(biases)),
        "out_proj.weight": torch.from_numpy(weights["attention_output/kernel"].reshape(-1, channels).T.copy()),
        "out_proj.bias": torch.from_numpy(weights["attention_output/bias"]),
    })  # fmt: skip
    return module(sequence, sequence, sequence)[0].detach().numpy().reshape(x.shape)


def _collection_attention(weights: Weights, x: Array, g: Array) -> Array:
    import keras
    from keras_unet_collection.layer_utils import attention_gate

    inputs = [keras.Input(one.shape[1:]) for one in (x, g)]
    filters = weights["theta_x/kernel"].shape[-1]
    model = keras.Model(inputs, attention_gate(*inputs, filters, activation="ReLU", attention="add", name="gate"))
    for layer in model.layers:
        ours = next((name for theirs, name in _COLLECTION.items() if layer.name.endswith(theirs)), "")
        if ours and layer.weights:
            layer.set_weights([weights[f"{ours}/{weight.name}"] for weight in layer.weights])
    return np.asarray(model([x, g]))


_COLLECTION = {"theta_x": "theta_x", "phi_g": "phi_g", "psi_f": "psi"}

PACKAGES = {
    "timm": ("timm", "torch"),
    "monai": ("monai", "torch"),
    "smp": ("segmentation-models-pytorch", "torch"),
    "torch": ("torch",),
    "keras-unet-collection": ("keras-unet-collection", "keras"),
}
REFERENCES = (
    Reference("timm", "se", "paper", _timm_se),
    Reference("timm", "eca", "paper", _timm_eca),
    Reference("timm", "cbam", "paper", _timm_cbam),
    Reference("timm", "cbam", "official", _timm_cbam_official),
    Reference("timm", "coordinate", "paper", _timm_coordinate),
    Reference("timm", "residual", "relu", _timm_residual),
    Reference("timm", "residual", "sum", _timm_residual_sum),
    Reference("timm", "glu", "glu", _timm_glu),
    Reference("timm", "glu", "swiglu", _timm_swiglu),
    Reference("monai", "se", "paper", _monai_se),
    Reference("monai", "se", "paper", _monai_se, VOLUME),
    Reference("monai", "attention", "monai", _monai_attention, GRID, COARSE),
    Reference("monai", "attention", "monai", _monai_attention, VOLUME, (*VOLUME[:-1], 11)),
    Reference("smp", "scse", "add", _smp_scse),
    Reference("torch", "glu", "glu", _torch_glu),
    Reference("torch", "multi-head", "plain", _torch_attention),
    Reference("keras-unet-collection", "attention", "keras-unet-collection", _collection_attention, GRID, COARSE),
)


def _import_torchvision() -> None:
    """Import torchvision, which timm and segmentation-models-pytorch import, beside any build of PyTorch.

    pip pairs PyTorch's wheel for the CPU with the usual wheel of torchvision, whose compiled operators then
    are missing: the registration of their shapes fails, and nothing that is asked here needs it.
    """
    with patch("torch.library.register_fake", lambda name: lambda function: function):
        import_module("torchvision")


def ask(library: str) -> dict[str, Array]:
    """The results of one library, by the name of the reference."""
    if library in ("timm", "smp"):
        _import_torchvision()
    asked = [reference for reference in REFERENCES if reference.library == library]
    return {reference.name: reference.ask(*case_of(reference)).astype(np.float32) for reference in asked}


def write(library: str) -> None:
    """Ask a library and replace what is recorded of it."""
    versions = json.dumps({name: version(name) for name in PACKAGES[library]})
    packed = np.frombuffer(versions.encode(), np.uint8)
    np.savez_compressed(RECORDED / f"{library}.npz", versions=packed, **ask(library))


def recorded(library: str) -> tuple[dict[str, str], dict[str, Array]]:
    """Versions of the packages, and results by the name of the reference."""
    with np.load(RECORDED / f"{library}.npz", allow_pickle=False) as file:
        results = {name: file[name] for name in file.files}
    return json.loads(results.pop("versions").tobytes()), results


def differences(library: str) -> list[str]:
    """The references whose results are not those that are recorded, to 1e-5 of the largest value."""
    known = recorded(library)[1]
    return [
        name
        for name, value in ask(library).items()
        if name not in known or np.abs(value - known[name]).max() > 1e-5 * np.abs(value).max()
    ]


def main(arguments: list[str]) -> int:
    """Compare, or write; 1 if something differs. Without names, every library that is installed."""
    names = [name for name in arguments if not name.startswith("-")] or [name for name in PACKAGES if installed(name)]
    found: list[str] = []
    for name in names:
        if "--write" in arguments:
            write(name)
        else:
            found += [f"{name}: {one}" for one in differences(name)]
    print(f"{', '.join(names)}: {'recorded' if '--write' in arguments else f'{len(found)} results differ'}")
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


def installed(library: str) -> bool:
    """Whether all packages of a library are installed."""
    try:
        return all(version(name) for name in PACKAGES[library])
    except PackageNotFoundError:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
