"""The guided tour and the quiz, laid out as slides: text beside the live view."""

import streamlit as st

from ui import frame
from ui.story import controls, quiz, quiz_controls, view
from ui.text import t


def story_page() -> None:
    """A step of a story, or a question."""
    title, menus = frame.headline_parts()
    with menus:
        part = controls.pick_part()
    text, picture = frame.picture(lines=1).columns([1, 3], gap="small")

    if part == "quiz":
        with menus:
            questions = quiz_controls.pick_questions()
        said = tuple(quiz_controls.answers(len(questions)))
        number = quiz_controls.pick_number(questions, said)
        title.title(quiz_controls.question_title(number + 1, len(questions)), anchor=False)
        with text:
            answer = quiz.pick_answer(questions, number, said)
        with picture:
            frame.section(quiz.show_question, questions[number], answer, number)
    else:
        with menus:
            story = controls.pick_story()
        if story is None:
            title.title(t("Your own story"), anchor=False)
            st.info(t("Choose a story file. Files are not stored in the link."))
        else:
            step = controls.pick_step(story)
            title.title(view.title(step), anchor=False)
            with text:
                frame.section(view.show_text, step)
            with picture:
                shown = view.show_picture(step)
            with menus:
                view.show_export(step, shown)


frame.draw("Story", story_page)
