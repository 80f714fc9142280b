"""A question on screen: the inputs with "?" as output; after an answer the output, and why it is so."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.story.quiz import SAMPLE, Question
from core.story.reading import Step
from ui.story import quiz_controls as controls
from ui.story import view
from ui.tensor_view import tensor_view
from ui.text import plain, t


def show_tally(questions: Sequence[Question]) -> None:
    """Draw how many of the answers are correct."""
    said = controls.answers(len(questions))
    given = [(question, choice) for question, choice in zip(questions, said, strict=True) if choice is not None]
    right = sum(question.answer == choice for question, choice in given)
    if given:
        st.markdown("**" + t("{right} of {count} correct", right=right, count=len(given)) + "**")


def question_text(question: Question) -> str:
    """Return the question as Markdown."""
    shapes = plain(", ".join(map(str, question.shapes)))
    name = plain(_call(question))
    if question.kind == "shape":
        return t("{name} gets inputs of shapes {shapes}. What is the shape of the output?", name=name, shapes=shapes)
    if question.kind == "value":
        cell = plain(str(question.cell))
        return t("{name} gets these two inputs. What is the output element at {cell}?", name=name, cell=cell)
    if len({len(shape) for shape in question.shapes}) == 1:
        return t("Keras rejects {name} for the shapes {shapes}. Which axis is mismatched?", name=name, shapes=shapes)
    return t(
        "Keras rejects {name} for the shapes {shapes}. Which axis is mismatched, counted in the longer shape?",
        name=name,
        shapes=shapes,
    )


def show_question(question: Question, answer: int | None, number: int) -> None:
    """Draw the inputs and "= ?"; once answered, the verdict and the whole merge."""
    key, step = f"question{number}", _step(question)
    if answer is None:
        with st.container(horizontal=True, vertical_alignment="center", key="quiz_picture"):
            with st.container(width="stretch"):
                tensor_view(view.inputs_view(step), key=f"{key}_inputs")
            with st.container(width="content"):
                st.markdown("# = ?")
        return
    right = controls.choice_text(question, question.choices[question.answer])
    if answer == question.answer:
        st.success(t("Correct: {answer}.", answer=plain(right)), icon=":material/check:")
    else:
        said = controls.choice_text(question, question.choices[answer])
        st.error(
            t("Not {said}; the answer is {answer}.", said=plain(said), answer=plain(right)), icon=":material/close:"
        )
    view.show_picture(step, key=key)


def _step(question: Question) -> Step:
    """The merge of a question as a step of a story."""
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
