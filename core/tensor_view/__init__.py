"""A linked tensor view as plain data: its panels, what crosses to a renderer, and the selection that comes back.

The app, its exports and the notebook widget draw the same data. Nothing here knows a screen or a server.
"""

from .frame import frame_of
from .making import Frames, Made
from .merge_views import side_by_side, values_view
from .model import Array, Order, Panel, Range, Reel, Scale, Scene, Selection, TensorView
from .numbers import digest_of, drawn_values
from .packing import Packed, PackedTensors, pack, unpack
from .payload import default_axes, payload
from .recipes import RECIPES, Recipe, Recipes
from .reels import Names, frame_names, read_frames, read_moves
from .scales import WEIGHTS, gate_scales, is_weight, shared_scale
from .script import joined_modules
from .selection import channel_axis, nearest, painted_panel, read_selection
from .streams import STREAMS, Streams
from .words import WORDS

__all__ = [
    "Array", "Frames", "Made", "RECIPES", "Recipe", "Recipes", "Names", "Order", "Packed", "PackedTensors", "Panel",
    "Range", "Reel", "STREAMS", "Scale", "Scene", "Selection", "Streams", "TensorView", "WEIGHTS", "WORDS",
    "channel_axis", "colours", "default_axes", "digest_of", "drawn_values", "frame_names", "frame_of", "gate_scales",
    "is_weight", "joined_modules", "nearest", "notebooks", "pack", "painted_panel", "payload", "read_frames",
    "read_moves", "read_selection", "shared_scale", "side_by_side", "unpack", "values_view",
]  # fmt: skip
