"""All gates on the same features as a wall of cards; one gate in detail, or two side by side."""

import streamlit as st

from core.dtypes import Array
from core.gates import GATES, GateTrace
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

Lines = tuple[tuple[str, Array], ...]  # (gate, fraction of energy retained by channel)


def gallery_page() -> None:
    """The wall, or one gate, or two."""
    choice, second, typed = frame.head(t("Gate gallery"), controls.pick)
    features = features_of(controls.features_chosen(typed))
    if choice is None:
        show_wall(features)
    elif not features.computed:
        show_shapes(choice, features)
    elif (trace := run(choice, features)) is not None:
        key = f"{choice} {second} {features.key} {features.seed}"
        with frame.more_controls():
            section, merge = controls.pick_view(second is not None, sections.merge_names(trace))
        other = run(second, features) if second and section == "both" else None
        lines = show_two(trace, other, key) if other else show_one(trace, section, merge, key)
        with frame.below():
            if lines:
                frame.section(show_channels, lines)
            frame.section(sections.show_facts, sections.facts_of(trace, features.seed))


def show_channels(lines: Lines) -> None:
    """The energy retained by channel as a diagram."""
    st.markdown("**" + t("Energy retained per channel") + "**")
    channels = order(lines[0][1])
    picture = kept_channels(lines, order=channels, channel=t("channel"), share=t("energy retained"))
    st.plotly_chart(picture, config={"displayModeBar": False}, alt=t("Energy retained per channel"))


def show_two(trace: GateTrace, other: GateTrace, key: str) -> Lines:
    """Two gates side by side; returns the energy retained by channel."""
    pair = (trace, other)
    sections.show_headline(*pair)
    found, names = show_pair(pair, key), pair_titles(pair)
    return (names[0], found.first.by_channel), (names[1], found.second.by_channel)


def show_one(trace: GateTrace, section: str, merge: str, key: str) -> Lines:
    """One section of one gate; returns the energy retained by channel where the section shows it."""
    sections.show_headline(trace)
    if section == "merges":
        sections.show_merge(trace, merge, key)
    elif section == "steps":
        sections.show_steps(trace, key)
    elif section == "maps":
        sections.show_gate_values(trace, key)
    elif section == "kept":
        with frame.picture(lines=2):
            frame.section(sections.show_kept, trace, key)
        return ((t(GATES[trace.gate].title), sections.figures_of(trace).by_channel),)
    elif section == "traps":
        with frame.picture(lines=2):
            show_traps(trace, key)
    else:
        sections.show_code(trace)
    return ()


frame.draw("Gate gallery", gallery_page)
