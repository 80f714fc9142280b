"""Every text of the tensor view, in English. A page passes them translated."""

from __future__ import annotations

from ..sentences import Sentence as _  # marks text for the catalogues

WORDS: dict[str, str] = {
    # axes
    "axis": _("axis {axis}"),
    "batch": _("Batch"),
    "channel": _("Channel"),
    "summed": _("summed axis"),
    "stretched_to": _("broadcast to {count}"),
    "position": _("{at} / {last}"),
    "role_batch": _("batch"),
    "role_matched": _("equal"),
    "role_stretched": _("broadcast (stretched)"),
    "role_inserted": _("inserted by Keras, broadcast"),
    "role_joined": _("concatenated"),
    "role_contracted": _("contracted"),
    "role_free": _("kept"),
    # the calculation under the cursor
    "hint": _("Point at an element to see which input elements produce it."),
    "reaches": _("{panel} {index} = {value} contributes to {count} output elements"),
    "reaches_one": _("{panel} {index} = {value} contributes to 1 output element"),
    "not_here": _("not used in this channel"),
    "heatmap": _("heatmap"),
    "keys": _(
        "Arrow keys move the cursor, Enter pins an element or paints, Esc releases the pin, Page Up and Page Down "
        "change the channel, the space bar plays, Ctrl+Z undoes a stroke."
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
    "channel_at": _("channel {channel} · rank {place} of {count}"),
    "compare": _("Tensor shown"),
    "before": _("Before"),
    "after": _("After"),
    "difference": _("Difference"),
    "order": _("Order"),
    "order_index": _("by index"),
    "ranked": _("rank {place} of {count} · channel {at}"),
    # the stage
    "scan": _("α on the image"),
    "scan_hint": _("Image with α instead of the features (key S)"),
    "prediction": _("prediction"),
    "computing": _("computing …"),
    "retained": _("energy retained: {share} %"),
    "contours": _("Contours"),
    "contours_hint": _("Contours: α = 0.5 in orange, ground truth in blue (key C)"),
    "bright": _("Bright room"),
    "bright_hint": _("Bright room: lighter colours (key G)"),
    "flicker": _("Hold to swap features and product (key F)"),
    "wall": _("All channels on the whole screen"),
    "wall_hint": _("All channels on the whole screen (key W)"),
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
    "diverging": _("diverging around zero"),
    "range": _("Range"),
    "range_channel": _("per slice"),
    "range_tensor": _("per tensor"),
    "range_shared": _("shared by all tensors"),
    "range_fixed": _("fixed"),
    "mark_nan": _("NaN"),
    "mark_above": _("+∞"),
    "mark_below": _("−∞"),
    "mark_over": _("above the range"),
    "mark_under": _("below the range"),
    # the table
    "table": _("Values as a table"),
    "table_cut": _("the first {rows} rows and {cols} columns"),
    "panel": _("Tensor"),
    # what cannot be drawn
    "too_large": _("{count} elements are too many to draw; the limit is {limit}."),
    "too_deep": _("{rank} axes are too many to draw; the limit is {limit}."),
    "empty": _("An axis has size 0, so there is nothing to draw."),
    "not_real": _("Values of type {type} cannot be drawn; use real numbers."),
    "rounded": _("rounded beyond 2⁵³"),
}
