"""The linked tensor view as a Streamlit component. What it shows is plain data: `core.tensor_view`."""

from core.tensor_view import (
    WORDS,
    Order,
    Panel,
    Range,
    Reel,
    Scale,
    Scene,
    Selection,
    TensorView,
    channel_axis,
    default_axes,
    digest_of,
    frame_of,
    nearest,
    payload,
    read_selection,
)
from ui.tensor_view.face import joined_script, painting, tensor_view

__all__ = [
    "Order", "Panel", "Range", "Reel", "Scale", "Scene", "Selection", "TensorView", "WORDS", "channel_axis",
    "default_axes", "digest_of", "frame_of", "joined_script", "nearest", "outbox", "painting", "payload",
    "read_selection", "tensor_view",
]  # fmt: skip
