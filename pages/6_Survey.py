"""What the gates of a model do over a data set: verdicts on each gate, maps of the images, odd ones first."""

import streamlit as st

from ui import frame
from ui.state import parts
from ui.survey import controls, downloads, image, opening, start, strip, verdicts
from ui.text import t


def survey_page() -> None:
    """The survey that is open, and the start of another."""
    start.take_next()
    controls.remember()
    folder, second_folder = frame.head(t("Gates over a data set"), controls.pick_surveys)
    results = opening.open_survey(folder) if folder else None
    second = opening.open_survey(second_folder) if second_folder else None
    if results is None:
        if folder is None:
            st.info(t("Name the folder of a survey. It is not stored in the link."))
    else:
        choice = parts.controls("images", controls.pick_images, results)
        rows = controls.chosen_rows(results, choice)
        part = controls.part(len(rows))
        shown = rows[part * controls.PAGE : (part + 1) * controls.PAGE]
        surveys = [results, second] if second else [results]
        image.open_asked(surveys, choice.gate)
        with frame.picture(more=True):
            parts.stable("verdicts", verdicts.show, surveys)
            strip.show_strip(results, choice, shown, key="survey_strip")
            if second:
                strip.show_second(results, second, choice, shown)
        controls.pick_part(len(rows))
    with frame.below():
        if results is not None:
            parts.stable("downloads", downloads.show_downloads, results, choice.gate, shown)
        start.show_start()


frame.draw("Survey", survey_page)
