"""The other gates as Keras functions; see `core.gate_code`."""

from __future__ import annotations

from core.gate_code import G, Pair, X, written

_COORDINATE = """\
    rows = x.shape[1]
    row_pool = ops.mean(x, axis=2, keepdims=True)
    column_pool = ops.mean(x, axis=1, keepdims=True)
    turned = layers.Permute((2, 1, 3), name=f"{name}_column_turned")(column_pool)
    line = layers.Concatenate(axis=1, name=f"{name}_joined")([row_pool, turned])
    line = layers.Conv2D(filters, 1, name=f"{name}_mix")(line)
    line = layers.BatchNormalization(name=f"{name}_mix_norm")(line)
    line = layers.Activation("hard_swish", name=f"{name}_swish")(line)
    row_part = line[:, :rows]
    column_part = layers.Permute((2, 1, 3), name=f"{name}_column_back")(line[:, rows:])
    row_map = layers.Conv2D(channels, 1, activation="sigmoid", name=f"{name}_row")(row_part)
    column_map = layers.Conv2D(channels, 1, activation="sigmoid", name=f"{name}_column")(column_part)
    return layers.Multiply(name=f"{name}_gated")([x, row_map, column_map])
"""

_RESIDUAL = """\
    branch = layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"{name}_conv1")(x)
    branch = layers.BatchNormalization(name=f"{name}_conv1_norm")(branch)
    branch = layers.ReLU(name=f"{name}_relu")(branch)
    branch = layers.Conv2D(channels, 3, padding="same", use_bias=False, name=f"{name}_conv2")(branch)
    branch = layers.BatchNormalization(name=f"{name}_branch")(branch)
"""
_SUM = '    return layers.Add(name=f"{name}_sum")([x, branch])\n'
_SUM_RELU = """\
    total = layers.Add(name=f"{name}_sum")([x, branch])
    return layers.ReLU(name=f"{name}_output")(total)
"""

_HIGHWAY = """\
    new = layers.Dense(channels, activation="relu", name=f"{name}_transform")(x)
    shut = initializers.Constant(-1.0)
    gate = layers.Dense(channels, activation="sigmoid", bias_initializer=shut, name=f"{name}_gate")(x)
    transformed = layers.Multiply(name=f"{name}_transformed")([new, gate])
    carried = layers.Multiply(name=f"{name}_carried")([x, 1.0 - gate])
    return layers.Add(name=f"{name}_sum")([transformed, carried])
"""

_GLU = """\
    both = layers.Dense(2 * channels, name=f"{name}_project")(x)
    first, second = both[..., :channels], both[..., channels:]
    gate = layers.Activation("sigmoid", name=f"{name}_alpha")(second)
    return layers.Multiply(name=f"{name}_gated")([first, gate])
"""
_SWIGLU = """\
    both = layers.Dense(2 * channels, use_bias=False, name=f"{name}_project")(x)
    first, second = both[..., :channels], both[..., channels:]
    gate = layers.Activation("silu", name=f"{name}_alpha")(first)
    return layers.Multiply(name=f"{name}_gated")([gate, second])
"""

_POOLING = """\
    hidden = layers.Dense(filters, activation="tanh", use_bias=False, name=f"{name}_hidden")(x)
    score = layers.Dense(1, use_bias=False, name=f"{name}_score")(hidden)
    alpha = layers.Softmax(axis=(1, 2), name=f"{name}_alpha")(score)
    weights = layers.Reshape((-1, 1), name=f"{name}_weights_listed")(alpha)
    features = layers.Reshape((-1, channels), name=f"{name}_features_listed")(x)
    return layers.Dot(axes=1, name=f"{name}_pooled")([weights, features])
"""

_GLOBAL = """\
    theta = layers.Conv2D(filters, 1, use_bias=False, name=f"{name}_theta_x")(x)
    vector = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_g_pool")(g)
    phi = layers.Dense(filters, name=f"{name}_phi_g")(vector)
    total = layers.Add(name=f"{name}_sum")([theta, phi])
    total = layers.ReLU(name=f"{name}_relu")(total)
    psi = layers.Conv2D(1, 1, name=f"{name}_psi")(total)
    alpha = layers.SQUASH, name=f"{name}_alpha")(psi)
    return layers.Multiply(name=f"{name}_gated")([x, alpha])
"""


def coordinate_code(variant: str, filters: int | None, scale: Pair) -> str:
    """Coordinate attention; it cuts a line in two, so that the number of rows must be known."""
    does = "x times a weight for its row and one for its column; same shape as x (arXiv:2103.02907)."
    x = "x: (batch, rows, columns, channels); rows a number, not None."
    return written(
        "coordinate_attention", does, _COORDINATE, arguments=(x,), between="max(8, channels // 32)", filters=filters
    )  # fmt: skip


def residual_code(variant: str, filters: int | None, scale: Pair) -> str:
    """A residual block, with or without ReLU behind the sum."""
    body = _RESIDUAL + (_SUM_RELU if variant == "relu" else _SUM)
    does = "x plus what two convolutions make of it; same shape as x (arXiv:1512.03385)."
    return written("residual", does, body, between="channels", filters=filters)


def highway_code(variant: str, filters: int | None, scale: Pair) -> str:
    """A highway layer; its gate starts nearly shut."""
    does = "New features by a gate, the old ones by what is left; same shape as x (arXiv:1505.00387)."
    return written("highway", does, _HIGHWAY).replace("import layers", "import initializers, layers", 1)


def glu_code(variant: str, filters: int | None, scale: Pair) -> str:
    """GLU, or SwiGLU."""
    if variant == "swiglu":
        return written("swiglu", "Two halves of x mixed, one by swish of the other (arXiv:2002.05202).", _SWIGLU)
    return written("glu", "One half of x mixed, by the sigmoid of the other (arXiv:1612.08083).", _GLU)


def pooling_code(variant: str, filters: int | None, scale: Pair) -> str:
    """Soft attention pooling."""
    does = "One vector for the whole picture, (batch, 1, channels): places by their shares (arXiv:1802.04712)."
    return written("soft_pooling", does, _POOLING, between="max(1, channels // 2)", filters=filters)


def global_code(variant: str, filters: int | None, scale: Pair) -> str:
    """Gating by one vector for the whole picture."""
    does = "x times a map that x and one global vector make; same shape as x (argued against in arXiv:1804.03999)."
    squash = "Softmax(axis=(1, 2)" if variant == "softmax" else 'Activation("sigmoid"'
    body = _GLOBAL.replace("SQUASH", squash)
    return written(
        "global_gating", does, body, arguments=(X, G), between="max(1, channels // 2)", filters=filters
    )  # fmt: skip
