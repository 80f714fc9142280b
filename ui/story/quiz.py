"""A question on screen: the inputs with "?" as output; after an answer the output, and why it is so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from core import align, sources
from core.story.quiz import SAMPLE, Question
from core.story.reading import Step
from ui.state import asked, parts
from ui.story import quiz_controls as controls
from ui.story import view
from ui.tensor_view import tensor_view
from ui.text import plain, t


def pick_answer(questions: Sequence[Question], number: int, said: Sequence[int | None]) -> int | None:
    """The question, its choices, and the verdict; None before an answer.

    Args:
        questions: all of them.
        number: of the current one, from 0.
        said: the answers.
    """
    return parts.controls("answer", _pick_answer, questions, number, said)


def _pick_answer(questions: Sequence[Question], number: int, said: Sequence[int | None]) -> int | None:
    question = questions[number]
    asked.show(st.markdown, question_text(question))
    answer = controls.pick_answer(question, said[number], number, len(questions))
    asked.ask("verdict", questions, number, answer, said)
    if not asked.only():
        show_verdict(questions, number, answer, said)
    return answer


def show_verdict(questions: Sequence[Question], number: int, answer: int | None, said: Sequence[int | None]) -> None:
    """Draw whether the answer is correct, why, and the tally of all answers."""
    if answer is not None:
        question = questions[number]
        right = plain(controls.choice_text(question, question.choices[question.answer]))
        if answer == question.answer:
            st.success(t("Correct: {answer}.", answer=right), icon=":material/check:")
        else:
            wrong = plain(controls.choice_text(question, question.choices[answer]))
            st.error(t("Not {said}; the answer is {answer}.", said=wrong, answer=right), icon=":material/close:")
        view.show_reason(_step(question), fixes=0)
    given = [(question, choice) for question, choice in zip(questions, said, strict=True) if choice is not None]
    if given:
        correct = sum(question.answer == choice for question, choice in given)
        st.markdown("**" + t("{right} of {count} correct", right=correct, count=len(given)) + "**")


def question_text(question: Question) -> str:
    """Return the question as Markdown."""
    shapes = plain(", ".join(map(str, question.shapes)))
    name = plain(_call(question))
    if question.kind == "shape":
        return t("{name} gets inputs of shapes {shapes}. What is the shape of the output?", name=name, shapes=shapes)
    if question.kind == "map":
        return _map_text(question)
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


def _map_text(question: Question) -> str:
    features, weights = (plain(str(shape)) for shape in question.shapes)
    element = sources(align(question.operation, question.shapes), question.cell or ())[1][0]
    return t(
        "{name} gates features x of shape {features} with values α of shape {weights}. How many output elements does "
        "the element {cell} of α contribute to?",
        name=plain(question.operation),
        features=features,
        weights=weights,
        cell=plain(str(element)),
    )


def show_question(question: Question, answer: int | None, number: int) -> None:
    """Draw the inputs and "= ?"; once answered, the whole merge."""
    key, step = f"question{number}", _step(question)
    if answer is None:
        with st.container(horizontal=True, vertical_alignment="center", key="quiz_picture"):
            with st.container(width=640):
                tensor_view(replace(view.inputs_view(step), layout="stage"), key=f"{key}_inputs")
            with st.container(width="content"):
                st.markdown("# = ?")
        return
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
        of=1 if question.kind == "map" else None,
    )


def _call(question: Question) -> str:
    axes = question.axes if question.operation == "Dot" else None
    axis = question.axis if question.operation == "Concatenate" else None
    options = f"axes={axes}" if axes is not None else f"axis={axis}" if axis is not None else ""
    return f"{question.operation}({options})" if options else question.operation
