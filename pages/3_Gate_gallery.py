"""The other gates that are built of the same merges: which axes does each stretch, which merges does it use?"""

import streamlit as st

from core.gates import GATES
from core.gates.channels import order
from figures.kept import kept_channels
from ui import frame
from ui.gallery import controls, sections
from ui.gallery.comparison import pair_titles, show_pair
from ui.gallery.features import features_of, run
from ui.gallery.overview import show_all
from ui.gallery.pitfalls import show_traps
from ui.text import t

frame.begin("Gate gallery")
st.title(t("Gate gallery"))
st.markdown(t("Gates are built of a few merges. Which axes does each stretch, and what does it let through?"))

left, right = st.columns([2, 5], gap="large")
with left:
    choice = controls.pick_gate()
    second = controls.pick_second()
    features = features_of(controls.pick_features())
trace = run(choice, features)
key = f"{choice} {second} {features.key} {features.seed}"

lines = []  # (gate, share of energy kept by channel)
with right:
    sections.show_facts(trace, features.seed)
    section = controls.pick_section(second is not None)
    if section == "both" and second:
        pair = (trace, run(second, features))
        found, names = show_pair(pair, key), pair_titles(pair)
        lines = [(names[0], found.first.by_channel), (names[1], found.second.by_channel)]
    elif section == "merges":
        sections.show_merges(trace, key)
    elif section == "steps":
        sections.show_steps(trace, key)
    elif section == "maps":
        sections.show_maps(trace, key)
    elif section == "kept":
        lines = [(t(GATES[trace.gate].title), sections.show_kept(trace, key).by_channel)]
    elif section == "traps":
        show_traps(trace, key)
    elif section == "all":
        show_all(features)
    else:
        sections.show_code(trace)
    if lines:
        st.markdown("**" + t("Share of energy kept of each channel") + "**")
        picture = kept_channels(lines, order=order(lines[0][1]), channel=t("channel"), share=t("share kept"))
        st.plotly_chart(picture, config={"displayModeBar": False}, alt=t("Share of energy kept of each channel"))

frame.end()
