"""The guided tour and the talk: text beside the live view, and a quiz."""

import streamlit as st

from ui import frame, story_view
from ui.controls import story as controls
from ui.text import t

frame.begin("Story")
part = controls.pick_part()
head, body, foot = st.container(), st.container(), st.container()
if part == "story":
    with foot:
        story = controls.pick_story()
    with head:
        step = controls.pick_step(story) if story else None
    with body:
        if step:
            story_view.show_title(step)
            left, right = st.columns([2, 5], gap="large")
            with left:
                story_view.show_text(step)
            with right:
                story_view.show_picture(step)
        else:
            st.title(t("A story of your own"))
frame.end()
