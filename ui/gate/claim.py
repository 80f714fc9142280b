"""The claim of the page, checked on the tensors on screen: one map multiplies every channel, in either order."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.digests import digest
from core.dtypes import Array
from core.merges.merge import merge
from ui.text import t
from ui.views import keras_check
from ui.views.cached import multiplied, remembered


def show_claim(features: Array, weights: Array) -> None:
    """Show how many channels equal x·α bit for bit, in both orders, and whether Keras agrees.

    Args:
        features: (1, H, W, C).
        weights: (1, H, W, 1).
    """
    x = features.astype(np.float32, copy=False)
    equal = _compared(digest(x, weights), x, weights)
    count = x.shape[-1]
    if equal == count:
        text = t(
            "Each of the {count} channels is x·α, bit-exact, as Multiply()([x, α]) and as Multiply()([α, x]): "
            "{numbers} values compared just now.",
            count=count,
            numbers=f"{2 * x.size:,}",
        )
        st.markdown(":material/check_circle: " + text)
    else:
        st.markdown(
            ":material/error: " + t("{equal} of {count} channels are x·α, bit-exact.", equal=equal, count=count)
        )
    keras_check.show_verdict("Multiply", [x, weights], multiplied(x, weights))


def ask_ahead(features: Array, weights: Array) -> None:
    """Let Keras begin with the comparison, while the rest of the page is made."""
    keras_check.ask_ahead("Multiply", [features, weights], multiplied(features, weights))


@remembered
def _compared(name: str, _x: Array, _weights: Array) -> int:  # noqa: ARG001 -- cache key
    """How many channels of the product are equal in both orders."""
    second = merge("Multiply", (_weights, _x))
    return equal_channels(_x, _weights, multiplied(_x, _weights).value, second.value)


def equal_channels(features: Array, weights: Array, *products: Array) -> int:
    """How many channels of every product are that channel of the features times the map, bit for bit."""
    own = _bits(features * weights)
    same = np.logical_and.reduce([own == _bits(product) for product in products])
    return int(same.all(axis=0).sum())


def _bits(value: Array) -> Array:
    """float32 as integers, (positions, channels)."""
    return np.ascontiguousarray(value).view(np.uint32).reshape(-1, value.shape[-1])
