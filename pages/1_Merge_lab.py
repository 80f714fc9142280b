"""Any merge on any shapes: the call in one line, the tensors below it, the code."""

from functools import partial

import streamlit as st

from figures.distribution import distribution
from ui import frame
from ui.export import export_menu
from ui.lab import code, controls, paste, sections
from ui.lab.presets import pick_preset
from ui.state import parts
from ui.text import t
from ui.views.selection import pick_layer


def merge_lab() -> None:
    """The call, its tensors, its code."""
    menus = frame.headline(t("Merge lab"))
    with menus:
        example = st.container(width="content")
        parts.controls("paste", paste.paste_box)
    call = parts.controls("call", controls.pick_call)
    with example:
        parts.controls("preset", pick_preset)

    row = st.container(horizontal=True, vertical_alignment="center", gap="small", key="lab_row")
    with row.container(width="stretch"):
        alignment = sections.show_alignment(call)
    computed = sections.compute(call, alignment) if alignment else None
    with st.container():  # which is always there, so that what comes below it keeps its place
        if computed and alignment:
            sections.show_warnings(alignment, computed[0])
    if computed:
        with row.container(width="content"):
            layer = parts.controls("layer", pick_layer)
        with frame.picture(lines=2):
            shown = sections.show_tensors(call, *computed, layer)
        if shown:
            with menus:
                title = sections.title_of(call.operation, call.shapes or ())
                export_menu(*shown, title=title, code=partial(code.codes_of, call))
    with frame.below():
        if computed:
            sections.show_check(call, *computed, layer)
            if call.shows_distribution:
                picture = distribution(sections.named_tensors(*computed), count=t("elements"), value=t("value"))
                st.plotly_chart(picture, config={"displayModeBar": False}, alt=t("Distribution of the values"))
        if call.shapes is not None and alignment is not None:
            parts.stable("details", sections.show_details, call.operation, call.shapes, call.options, alignment)
        parts.stable("code", code.show_code, call)


frame.draw("Merge lab", merge_lab)
