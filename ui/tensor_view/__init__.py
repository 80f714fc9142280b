"""The linked tensor view: a Streamlit component that draws tensors, ties their cells and lets people paint."""

from ui.tensor_view.face import tensor_view
from ui.tensor_view.model import Order, Panel, Reel, Scale, Selection, TensorView
from ui.tensor_view.words import WORDS

__all__ = ["WORDS", "Order", "Panel", "Reel", "Scale", "Selection", "TensorView", "tensor_view"]
