"""A question on screen, and its answer explained by how the shapes line up."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.story.quiz import SAMPLE, Question
from core.story.reading import Step
from ui.story import quiz_controls as controls
from ui.story import view
from ui.tensor_view import tensor_view
from ui.text import plain, t


def show_score(questions: Sequence[Question]) -> None:
    """How many of those that were answered are right."""
    said = controls.answers(len(questions))
    given = [(question, choice) for question, choice in zip(questions, said, strict=True) if choice is not None]
    right = sum(question.answer == choice for question, choice in given)
    if given:
        st.caption(t("{right} of {count} right so far", right=right, count=len(given)))


def question_text(question: Question) -> str:
    """What is asked, as Markdown."""
    shapes = plain(", ".join(map(str, question.shapes)))
    name = plain(_call(question))
    if question.kind == "shape":
        return t("{name} takes inputs of the shapes {shapes}. What shape comes out?", name=name, shapes=shapes)
    if question.kind == "clash":
        return t(
            "Keras refuses {name} of the shapes {shapes}. Which axis is at fault, counted in the longer shape?",
            name=name,
            shapes=shapes,
        )
    return t(
        "{name} takes these two inputs. Which number stands in the cell {cell} of the result?",
        name=name,
        cell=plain(str(question.cell)),
    )


def show_question(question: Question, answer: int | None, number: int) -> None:
    """The inputs, where numbers are asked for; once answered, whether that is right, and why."""
    key = f"question{number}"
    step = _step(question)
    if answer is None:
        if question.kind == "value":
            tensor_view(view.inputs_view(step), key=f"{key}_inputs")
        return
    right = controls.choice_text(question, question.choices[question.answer])
    if answer == question.answer:
        st.success(t("Right: {answer}.", answer=plain(right)), icon=":material/check:")
    else:
        said = controls.choice_text(question, question.choices[answer])
        st.error(t("Not {said}: it is {answer}.", said=plain(said), answer=plain(right)), icon=":material/close:")
    view.show_picture(step, key=key)


def _step(question: Question) -> Step:
    """The merge of a question in the form in which a story shows it."""
    return Step(
        "",
        "",
        operation=question.operation,
        shapes=question.shapes,
        fill=(SAMPLE,) * len(question.shapes),
        axis=question.axis,
        axes=question.axes,
        cell=question.cell,
    )


def _call(question: Question) -> str:
    axes = question.axes if question.operation == "Dot" else None
    axis = question.axis if question.operation == "Concatenate" else None
    options = f"axes={axes}" if axes is not None else f"axis={axis}" if axis is not None else ""
    return f"{question.operation}({options})" if options else question.operation
