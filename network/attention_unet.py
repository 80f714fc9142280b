"""Attention U-Net with additive grid gates, as in Oktay et al. 2018 (arXiv:1804.03999), in Keras.

The input is a slice, (n, 160, 160, 1) float32 in 0..1, the output the probability of the target, (n, 160, 160, 1).
Each skip connection has a gate: its features x are multiplied by one attention map alpha, computed from x and the
coarser features g of the decoder. `GRIDS` names the gates by their rows: gate20 has x of 20x20x256 and g of 10x10x256.

A gate of the name gateN has the layers (h = N / 2):
    gateN_theta_x   (n, h, h, f)  convolution of x, 2x2 (the paper has 1x1), stride 2, no bias: x on the grid of g
    gateN_phi_g     (n, h, h, f)  convolution of g, 1x1, with bias
    gateN_sum       (n, h, h, f)  Add
    gateN_relu      (n, h, h, f)  ReLU
    gateN_psi       (n, h, h, 1)  convolution, 1x1, with bias
    gateN_sigmoid   (n, h, h, 1)  the map on the grid of g
    gateN_alpha     (n, N, N, 1)  the map on the grid of x, by bilinear interpolation
    gateN_gated     (n, N, N, c)  Multiply of x and alpha
"""

from typing import TypeAlias

import keras
from keras import layers

SIZE = 160
GRIDS = (20, 40, 80, 160)
WIDTHS = {160: 16, 80: 32, 40: 64, 20: 256, 10: 256}  # channels of the encoder on each grid
DECODED = {20: 96, 40: 48, 80: 24, 160: 12}  # channels of the decoder on each grid

Tensor: TypeAlias = "keras.KerasTensor"


def gate_input_names(grid: int) -> tuple[str, str]:
    """Names of the layers that compute x and g of the gate on this grid."""
    signal = "encode10_b_relu" if grid == 20 else f"decode{grid // 2}_b_relu"
    return f"encode{grid}_b_relu", signal


def attention_unet(*, gated: bool = True) -> keras.Model:
    """The network; with `gated` False the same network with plain skip connections."""
    image = tensor = keras.Input((SIZE, SIZE, 1), name="slice")
    skips: dict[int, Tensor] = {}
    for grid in (160, 80, 40, 20, 10):
        tensor = skips[grid] = _block(tensor, (WIDTHS[grid] // 2, WIDTHS[grid]), f"encode{grid}")
        if grid > 10:
            tensor = layers.MaxPooling2D(name=f"pool{grid // 2}")(tensor)
    for grid in GRIDS:
        skip = attention_gate(skips[grid], tensor, f"gate{grid}") if gated else skips[grid]
        wide = layers.UpSampling2D(interpolation="bilinear", name=f"decode{grid}_up")(tensor)
        joined = layers.Concatenate(name=f"decode{grid}_join")([wide, skip])
        tensor = _block(joined, (DECODED[grid], DECODED[grid]), f"decode{grid}")
    prediction = layers.Conv2D(1, 1, activation="sigmoid", name="segmentation")(tensor)
    return keras.Model(image, prediction, name="attention_unet" if gated else "plain_unet")


def attention_gate(x: Tensor, g: Tensor, name: str) -> Tensor:
    """Features x (n, 2h, 2h, c) times the map alpha (n, 2h, 2h, 1) computed from x and g (n, h, h, d); same shape as x.

    arXiv:1804.03999, equations 1 and 2: alpha = sigmoid(psi(ReLU(theta_x(x) + phi_g(g)))).
    """
    between = x.shape[-1] // 2
    theta = layers.Conv2D(between, 2, strides=2, use_bias=False, name=f"{name}_theta_x")(x)
    phi = layers.Conv2D(between, 1, name=f"{name}_phi_g")(g)
    total = layers.Add(name=f"{name}_sum")([theta, phi])
    psi = layers.Conv2D(1, 1, name=f"{name}_psi")(layers.ReLU(name=f"{name}_relu")(total))
    coarse = layers.Activation("sigmoid", name=f"{name}_sigmoid")(psi)
    alpha = layers.UpSampling2D(interpolation="bilinear", name=f"{name}_alpha")(coarse)
    return layers.Multiply(name=f"{name}_gated")([x, alpha])


def _block(tensor: Tensor, widths: tuple[int, int], name: str) -> Tensor:
    """Two 3x3 convolutions, each with batch normalization and ReLU: (n, h, w, c) to (n, h, w, widths[1])."""
    for step, width in zip("ab", widths, strict=True):
        tensor = layers.Conv2D(width, 3, padding="same", use_bias=False, name=f"{name}_{step}_conv")(tensor)
        tensor = layers.BatchNormalization(momentum=0.95, name=f"{name}_{step}_norm")(tensor)
        tensor = layers.ReLU(name=f"{name}_{step}_relu")(tensor)
    return tensor
