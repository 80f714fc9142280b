"""All text inside exported documents, in English. The menu translates it, since threads have no language."""

from __future__ import annotations

from core import Sentence as _  # marks text for the catalogues

WORDS: dict[str, str] = {
    "open": _("Open this view in Mergescope"),
    "made_with": _("Made with Mergescope"),
    "lines_up": _("Alignment of the inputs"),
    "input": _("input {number}"),
    "output": _("output"),
    "axis": _("axis {axis}"),
    "channels": _("channels"),
    "code": _("Code"),
    "overlay": _("α over the image"),
    "overlay_alt": _("The attention map over the input image, in orange."),
    "truth": _("Ground truth"),
    "truth_alt": _("The target region in the input image, in blue."),
    "prediction": _("Prediction"),
    "prediction_alt": _("The region that the network predicts, in orange; the outline of the target is blue."),
    "batch": _("batch"),
    "matched": _("matched"),
    "stretched": _("stretched"),
    "inserted": _("inserted"),
    "unknown": _("unknown"),
    "joined": _("concatenated"),
    "contracted": _("contracted"),
    "free": _("free"),
    "shapes": _("{title}: shape {shape}, {dtype}"),
    "notes_colours": _("Colours: {table}, from {low} to {high} ({title})."),
    "notes_link": _("Interactive version: {link}"),
    "needs": _("This notebook requires numpy and plotly; the cells that call Keras also require keras and a backend."),
    "numbers": _("The values on screen, each in its own dtype:"),
    "in_keras": _("The same computation in code ({dialect}):"),
    "compare": _("The result of the code equals the values on screen:"),
    "same": _("equal to the values on screen"),
    "picture": _("The view on screen, drawn with the same colours:"),
    "page_hint": _("This page works offline. Point at an element to see how it is computed."),
    "no_script": _("This page requires JavaScript, which is disabled in this browser."),
}
