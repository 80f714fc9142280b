"""Every word inside exported documents, in English. The menu translates them: threads have no language."""

from __future__ import annotations

from core import Sentence as _  # marks text for the catalogues

WORDS: dict[str, str] = {
    "open": _("Open this view in Mergescope"),
    "made_with": _("Made with Mergescope"),
    "lines_up": _("How the inputs line up"),
    "input": _("input {number}"),
    "output": _("output"),
    "axis": _("axis {axis}"),
    "code": _("Code"),
    "batch": _("batch"),
    "matched": _("matched"),
    "stretched": _("stretched"),
    "inserted": _("inserted"),
    "unknown": _("unknown"),
    "joined": _("joined"),
    "contracted": _("contracted"),
    "free": _("free"),
    "shapes": _("{title}: shape {shape}, {dtype}"),
    "notes_colours": _("Colours: {table}, from {low} to {high} ({title})."),
    "notes_link": _("The same view, live: {link}"),
    "needs": _("This notebook needs numpy and plotly, and keras with a backend for the cells that call Keras."),
    "numbers": _("The numbers on screen, in their own dtype:"),
    "in_keras": _("The same in code ({dialect}):"),
    "compare": _("What the code gives is what was on screen:"),
    "same": _("the same as on screen"),
    "picture": _("What was on screen, drawn again with the same colours:"),
    "page_hint": _("This page works without a network. Point at a cell to see where its number comes from."),
    "no_script": _("This page needs JavaScript, which this browser has switched off."),
}
