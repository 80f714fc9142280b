"""All gates on the same features as a wall of cards; one gate in detail, or two side by side."""

import streamlit as st

from core.gates import GATES
from core.gates.channels import order
from figures.kept import kept_channels
from ui import frame
from ui.gallery import controls, sections
from ui.gallery.comparison import pair_titles, show_pair
from ui.gallery.features import features_of, run
from ui.gallery.pitfalls import show_traps
from ui.gallery.shapes import show_shapes
from ui.gallery.wall import show_wall
from ui.text import t


def gallery_page() -> None:
    """The wall, or one gate, or two."""
    choice, second, chosen = controls.pick(frame.headline(t("Gate gallery")))
    features = features_of(chosen)
    lines = []  # (gate, fraction of energy retained by channel)
    if choice is None:
        show_wall(features)
    elif not features.computed:
        show_shapes(choice, features)
    elif (trace := run(choice, features)) is not None:
        key = f"{choice} {second} {features.key} {features.seed}"
        with frame.more_controls():
            section = controls.pick_section(second is not None)
            merges = sections.merge_names(trace)
            merge = controls.pick_merge(list(merges), merges) if section == "merges" else ""
        other = run(second, features) if second and section == "both" else None
        pair = (trace, other) if other else None
        sections.show_headline(*(pair or (trace,)))
        if pair:
            found, names = show_pair(pair, key), pair_titles(pair)
            lines = [(names[0], found.first.by_channel), (names[1], found.second.by_channel)]
        elif section == "merges":
            sections.show_merge(trace, merge, key)
        elif section == "steps":
            sections.show_steps(trace, key)
        elif section == "maps":
            with frame.picture(lines=2):
                sections.show_maps(trace, key)
        elif section == "kept":
            with frame.picture(lines=2):
                lines = [(t(GATES[trace.gate].title), sections.show_kept(trace, key).by_channel)]
        elif section == "traps":
            with frame.picture(lines=2):
                show_traps(trace, key)
        else:
            sections.show_code(trace)
        with frame.below():
            if lines:
                st.markdown("**" + t("Energy retained per channel") + "**")
                picture = kept_channels(
                    lines, order=order(lines[0][1]), channel=t("channel"), share=t("energy retained")
                )
                st.plotly_chart(picture, config={"displayModeBar": False}, alt=t("Energy retained per channel"))
            sections.show_facts(trace, features.seed)


frame.draw("Gate gallery", gallery_page)
