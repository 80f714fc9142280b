"""Every word of the tensor view, in English. A page passes them translated."""

from __future__ import annotations

WORDS: dict[str, str] = {
    # axes
    "axis": "axis {axis}",
    "batch": "Batch",
    "channel": "Channel",
    "summed": "summed axis",
    "stretched_to": "stretched to {count}",
    "position": "{at} / {last}",
    "role_batch": "batch",
    "role_matched": "matched",
    "role_stretched": "stretched",
    "role_inserted": "inserted by Keras, stretched",
    "role_joined": "joined",
    "role_contracted": "summed",
    "role_free": "kept",
    # the sum under the cursor
    "hint": "Point at a cell to see where its number comes from.",
    "reaches": "{panel} {index} = {value} has a part in {count} cells of the result",
    "reaches_one": "{panel} {index} = {value} has a part in 1 cell of the result",
    "not_here": "has no part in this channel",
    "heatmap": "heatmap",
    "keys": (
        "Arrow keys move the cursor, Enter pins a cell or paints, Esc lets go, Page Up and Page Down change the "
        "channel, the space bar plays, Ctrl+Z takes back a stroke."
    ),
    # going through the channels
    "play": "Play",
    "pause": "Pause",
    "previous": "Previous",
    "next": "Next",
    "speed": "Speed",
    "per_second": "{speed} per second",
    "gallery": "All slices",
    "all_channels": "All {count} channels",
    "all_slices": "All {count} slices",
    "channel_at": "{channel} ({place} of {count})",
    "compare": "What the slices show",
    "before": "Before",
    "after": "After",
    "difference": "Difference",
    "order": "Order",
    "order_index": "by index",
    # the brush
    "tool": "Tool",
    "point": "Point",
    "brush": "Brush",
    "eraser": "Eraser",
    "size": "Size",
    "strength": "Strength",
    "undo": "Undo",
    # settings
    "settings": "Axes and colours",
    "rows": "Rows",
    "columns": "Columns",
    "colours": "Colours",
    "auto": "automatic",
    "sequential": "sequential",
    "diverging": "diverging, zero in the middle",
    "range": "Range",
    "range_channel": "of each slice",
    "range_tensor": "of each tensor",
    "range_shared": "of all tensors",
    "range_fixed": "fixed",
    "mark_nan": "NaN",
    "mark_above": "+∞",
    "mark_below": "−∞",
    "mark_over": "above the range",
    "mark_under": "below the range",
    # the table
    "table": "Numbers as a table",
    "table_cut": "the first {rows} rows and {cols} columns",
    "panel": "Tensor",
    # what cannot be drawn
    "too_large": "{count} numbers are too many to draw; up to {limit} are drawn.",
    "too_deep": "{rank} axes are too many to draw; up to {limit} are drawn.",
    "empty": "An axis of size 0 leaves nothing to draw.",
    "not_real": "Values of type {type} cannot be drawn; please use real numbers.",
    "rounded": "shown as float32",
}
