"""The linked tensor view: a Streamlit component that draws tensors, links their elements and lets people paint."""

from ui.tensor_view.face import joined_script, painting, tensor_view
from ui.tensor_view.frame import frame_of
from ui.tensor_view.model import Order, Panel, Range, Reel, Scale, Scene, Selection, TensorView
from ui.tensor_view.numbers import digest_of
from ui.tensor_view.payload import default_axes, payload
from ui.tensor_view.selection import channel_axis, nearest, read_selection
from ui.tensor_view.words import WORDS

__all__ = [
    "Order", "Panel", "Range", "Reel", "Scale", "Scene", "Selection", "TensorView", "WORDS", "channel_axis",
    "default_axes", "digest_of", "frame_of", "joined_script", "nearest", "outbox", "painting", "payload",
    "read_selection", "tensor_view",
]  # fmt: skip
