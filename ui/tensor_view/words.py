"""Every word of the tensor view, in English. A page passes them translated."""

from __future__ import annotations

from core import Sentence as _  # marks text for the catalogues

WORDS: dict[str, str] = {
    # axes
    "axis": _("axis {axis}"),
    "batch": _("Batch"),
    "channel": _("Channel"),
    "summed": _("summed axis"),
    "stretched_to": _("stretched to {count}"),
    "position": _("{at} / {last}"),
    "role_batch": _("batch"),
    "role_matched": _("matched"),
    "role_stretched": _("stretched"),
    "role_inserted": _("inserted by Keras, stretched"),
    "role_joined": _("joined"),
    "role_contracted": _("summed"),
    "role_free": _("kept"),
    # the sum under the cursor
    "hint": _("Point at a cell to see where its number comes from."),
    "reaches": _("{panel} {index} = {value} has a part in {count} cells of the result"),
    "reaches_one": _("{panel} {index} = {value} has a part in 1 cell of the result"),
    "not_here": _("has no part in this channel"),
    "heatmap": _("heatmap"),
    "keys": _(
        "Arrow keys move the cursor, Enter pins a cell or paints, Esc lets go, Page Up and Page Down change the "
        "channel, the space bar plays, Ctrl+Z takes back a stroke."
    ),
    # going through the channels
    "play": _("Play"),
    "pause": _("Pause"),
    "previous": _("Previous"),
    "next": _("Next"),
    "speed": _("Speed"),
    "per_second": _("{speed} per second"),
    "gallery": _("All slices"),
    "all_channels": _("All {count} channels"),
    "all_slices": _("All {count} slices"),
    "channel_at": _("{channel} ({place} of {count})"),
    "compare": _("What the slices show"),
    "before": _("Before"),
    "after": _("After"),
    "difference": _("Difference"),
    "order": _("Order"),
    "order_index": _("by index"),
    # the brush
    "tool": _("Tool"),
    "point": _("Point"),
    "brush": _("Brush"),
    "eraser": _("Eraser"),
    "size": _("Size"),
    "strength": _("Strength"),
    "undo": _("Undo"),
    # settings
    "settings": _("Axes and colours"),
    "rows": _("Rows"),
    "columns": _("Columns"),
    "colours": _("Colours"),
    "auto": _("automatic"),
    "sequential": _("sequential"),
    "diverging": _("diverging, zero in the middle"),
    "range": _("Range"),
    "range_channel": _("of each slice"),
    "range_tensor": _("of each tensor"),
    "range_shared": _("of all tensors"),
    "range_fixed": _("fixed"),
    "mark_nan": _("NaN"),
    "mark_above": _("+∞"),
    "mark_below": _("−∞"),
    "mark_over": _("above the range"),
    "mark_under": _("below the range"),
    # the table
    "table": _("Numbers as a table"),
    "table_cut": _("the first {rows} rows and {cols} columns"),
    "panel": _("Tensor"),
    # what cannot be drawn
    "too_large": _("{count} numbers are too many to draw; up to {limit} are drawn."),
    "too_deep": _("{rank} axes are too many to draw; up to {limit} are drawn."),
    "empty": _("An axis of size 0 leaves nothing to draw."),
    "not_real": _("Values of type {type} cannot be drawn; please use real numbers."),
    "rounded": _("shown as float32"),
}
