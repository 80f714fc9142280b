"""The guided tour and the talk: text beside the live view, and a quiz."""

import streamlit as st

from ui import frame
from ui.story import controls, quiz, quiz_controls, view
from ui.text import t

frame.begin("Story")
choice, steps = st.columns([1, 3], gap="small")
title, below, foot = st.container(), st.container(), st.container()
with choice:
    part = controls.pick_part()

if part == "quiz":
    with foot:
        questions = quiz_controls.pick_questions()
    with steps:
        number = quiz_controls.pick_number(questions)
    with title:
        st.title(quiz_controls.question_title(number + 1, len(questions)))
        st.markdown("#### " + quiz.question_text(questions[number]))
    text, picture = below.columns([1, 3], gap="small")
    with text:
        answer = quiz_controls.pick_answer(questions, number)
        quiz.show_score(questions)
    with picture:
        quiz.show_question(questions[number], answer, number)
else:
    with foot:
        story = controls.pick_story()
    with steps:
        step = controls.pick_step(story) if story else None
    with title:
        st.title(view.title(step) if step else t("A story of your own"))
    text, picture = below.columns([1, 3], gap="small")
    if step:
        with text:
            view.show_text(step)
        with picture:
            view.show_picture(step)

frame.end()
