"""The controls of the quiz: which set of questions, which question, what was answered. All of it stands in the URL."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from core.merges.arithmetic import number as short_number
from core.story.quiz import CHOICES, MAX_SEED, Choice, Question, make_quiz
from ui import session
from ui.state import link
from ui.story.navigation import forget, walk
from ui.text import plain, short, t

_OPEN = "-"  # not answered yet


def pick_questions() -> tuple[Question, ...]:
    """The questions of a number that a teacher gives out, and the way to a clean sheet."""
    with st.expander(t("For a class"), icon=":material/groups:"):
        text = link.text(
            t("Set of questions"),
            "set",
            "1",
            max_chars=len(str(MAX_SEED)),
            on_change=_clear,
            help=t("The same number gives everybody the same questions; it is in the link."),
        )
        seed = _read(text)
        if seed is None:
            limit, said = f"{MAX_SEED:,}", repr(short(text))
            st.error(plain(t("A set is a whole number from 0 to {limit}; {text} is not.", limit=limit, text=said)))
        left, right = st.columns(2)
        left.button(t("Clear the answers"), key="quiz_clear", on_click=_clear, width="stretch")
        right.button(t("Another set"), key="quiz_other", on_click=_other, width="stretch")
    return make_quiz(1 if seed is None else seed)


def pick_number(questions: Sequence[Question]) -> int:
    """Which question, counted from 0."""
    last = len(questions)
    titles = {number: question_title(number, last) for number in range(1, last + 1)}
    return walk(t("Question"), titles, "q") - 1


def question_title(number: int, count: int) -> str:
    """Which of how many, counted from 1."""
    return t("Question {number} of {count}", number=number, count=count)


def pick_answer(questions: Sequence[Question], number: int) -> int | None:
    """What was chosen; None before."""
    said, question = answers(len(questions)), questions[number]
    key = f"answer{number}"
    session.put({key: None if said[number] is None or said[number] >= len(question.choices) else said[number]})
    titles = {at: choice_text(question, choice) for at, choice in enumerate(question.choices)}
    chosen = st.radio(
        t("Your answer"),
        list(titles),
        index=None,
        key=key,
        format_func=titles.get,
        on_change=_answered(key, number, len(questions)),
    )
    return None if chosen is None else int(chosen)


def answers(count: int) -> list[int | None]:
    """What the link holds: one digit for each question."""
    told = link.held("said")
    legal = len(told) <= count and all(sign == _OPEN or sign in "0123456789"[:CHOICES] for sign in told)
    if not legal:
        st.warning(plain(t("The link asks for {value}, which is not one of the choices here.", value=short(told))))
        link.hold("said", "")
        told = ""
    return [None if sign == _OPEN else int(sign) for sign in told.ljust(count, _OPEN)]


def choice_text(question: Question, choice: Choice) -> str:
    """A choice as people read it."""
    if choice is None:
        return t("Keras refuses")
    if question.kind == "clash":
        return t("axis {axis}", axis=choice)
    return short_number(choice) if isinstance(choice, (int, float)) else str(choice)


def _read(text: str) -> int | None:
    """The number of a set; None for anything else."""
    bare = text.strip()
    return int(bare) if bare.isascii() and bare.isdigit() and len(bare) <= len(str(MAX_SEED)) else None


def _answered(key: str, number: int, count: int) -> Callable[[], None]:
    def note() -> None:
        told = list(str(session.get("said", "")).ljust(count, _OPEN))
        chosen = session.get(key)
        told[number] = _OPEN if chosen is None else str(chosen)
        link.hold("said", "".join(told).rstrip(_OPEN))

    return note


def _clear() -> None:
    session.put({"said": "", "q": 1})
    forget()


def _other() -> None:
    now = _read(session.get("set", "1")) or 0
    session.put({"set": str((now + 1) % (MAX_SEED + 1))})
    _clear()
