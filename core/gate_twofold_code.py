"""CBAM, BAM and scSE as Keras functions; see `core.gate_code`."""

from __future__ import annotations

from core.gate_code import Pair, written

_CBAM = """\
    squeeze = layers.Dense(filters, activation="relu", name=f"{name}_squeeze")
    excite = layers.Dense(channels, name=f"{name}_excite")
    mean = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_mean_pool")(x)
    largest = layers.GlobalMaxPooling2D(keepdims=True, name=f"{name}_max_pool")(x)
    total = layers.Add(name=f"{name}_channel_sum")([excite(squeeze(mean)), excite(squeeze(largest))])
    channel_map = layers.Activation("sigmoid", name=f"{name}_channel_map")(total)
    x = layers.Multiply(name=f"{name}_channel_gated")([x, channel_map])
    pooled = [ops.mean(x, axis=-1, keepdims=True), ops.max(x, axis=-1, keepdims=True)]
    joined = layers.Concatenate(name=f"{name}_joined")(pooled)
    spatial = layers.Conv2D(1, 7, padding="same", use_bias=False, name=f"{name}_spatial")(joined)
    spatial_map = layers.Activation("sigmoid", name=f"{name}_spatial_map")(spatial)
    return layers.Multiply(name=f"{name}_gated")([x, spatial_map])
"""

_BAM = """\
    z = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_pool")(x)
    z = layers.Dense(filters, activation="relu", name=f"{name}_squeeze")(z)
    z = layers.Dense(channels, name=f"{name}_excite")(z)
    channel = layers.BatchNormalization(name=f"{name}_channel_norm")(z)
    q = layers.Conv2D(filters, 1, activation="relu", name=f"{name}_conv1")(x)
    for number in (2, 3):
        q = layers.Conv2D(
            filters, 3, dilation_rate=4, padding="same", activation="relu", name=f"{name}_conv{number}"
        )(q)
    q = layers.Conv2D(1, 1, name=f"{name}_conv4")(q)
    spatial = layers.BatchNormalization(name=f"{name}_spatial_norm")(q)
    total = layers.MERGE(name=f"{name}_sum")([channel, spatial])
    alpha = layers.Activation("sigmoid", name=f"{name}_alpha")(total)
    weighed = layers.Multiply(name=f"{name}_weighed")([x, alpha])
    return layers.Add(name=f"{name}_gated")([x, weighed])
"""

_SCSE = """\
    z = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_pool")(x)
    z = layers.Dense(filters, activation="relu", name=f"{name}_squeeze")(z)
    s = layers.Dense(channels, activation="sigmoid", name=f"{name}_excite")(z)
    by_channel = layers.Multiply(name=f"{name}_channel_gated")([x, s])
    q = layers.Conv2D(1, 1, activation="sigmoid", use_bias=False, name=f"{name}_spatial")(x)
    by_place = layers.Multiply(name=f"{name}_spatial_gated")([x, q])
    return layers.MERGE(name=f"{name}_gated")([by_channel, by_place])
"""


def cbam_code(variant: str, filters: int | None, scale: Pair) -> str:
    """CBAM; its two dense layers are used twice."""
    does = "Channels of x weighed, then places; same shape as x (arXiv:1807.06521)."
    return written("cbam", does, _CBAM, between="max(1, channels // 16)", filters=filters)


def bam_code(variant: str, filters: int | None, scale: Pair) -> str:
    """BAM; the two halves of its map are added, or multiplied as in the authors' code."""
    does = "x plus x times one map of channels and places; same shape as x (arXiv:1807.06514)."
    body = _BAM.replace("MERGE", "Multiply" if variant == "official" else "Add")
    return written("bam", does, body, between="max(1, channels // 16)", filters=filters)


def scse_code(variant: str, filters: int | None, scale: Pair) -> str:
    """ScSE; both results are added, or the larger is taken."""
    does = "x weighed by channel and, beside that, by place; same shape as x (arXiv:1803.02579)."
    body = _SCSE.replace("MERGE", "Maximum" if variant == "max" else "Add")
    return written("scse", does, body, between="max(1, channels // 2)", filters=filters)
