"""The controls of the quiz: the set of questions, the current question, the answers. All of it is in the URL."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from core.errors import short
from core.merges.arithmetic import number as short_number
from core.story.quiz import CHOICES, MAX_SEED, Choice, Question, make_quiz
from ui import session
from ui.state import link
from ui.story.navigation import forget, open_at_top, walk
from ui.text import plain, t

_OPEN = "-"  # not answered


def pick_questions() -> tuple[Question, ...]:
    """The questions of a set, and buttons for a new start."""
    with st.popover(t("For a class"), icon=":material/groups:", key="quiz_menu"):
        text = link.text(
            t("Set of questions (seed)"),
            "set",
            "1",
            max_chars=len(str(MAX_SEED)),
            on_change=_clear,
            help=t("The same number gives the same questions; it is in the link."),
        )
        seed = _read(text)
        if seed is None:
            limit, said = f"{MAX_SEED:,}", repr(short(text))
            st.error(plain(t("A set is an integer from 0 to {limit}; {text} is not.", limit=limit, text=said)))
        left, right = st.columns(2)
        left.button(t("Clear answers"), key="quiz_clear", on_click=_clear, width="stretch")
        right.button(t("Next set"), key="quiz_other", on_click=_other, width="stretch")
    return make_quiz(1 if seed is None else seed)


def pick_number(questions: Sequence[Question]) -> int:
    """The number of the question, from 0; the dots show which answers are correct."""
    last, said = len(questions), answers(len(questions))
    titles = {number: question_title(number, last) for number in range(1, last + 1)}
    signs = {
        number: "○" if choice is None else "✓" if choice == question.answer else "✗"
        for number, (question, choice) in enumerate(zip(questions, said, strict=True), start=1)
    }
    number = walk(t("Question"), titles, "q", signs)
    open_at_top(f"question {number}")
    return number - 1


def question_title(number: int, count: int) -> str:
    """Return the heading of a question; its number counts from 1."""
    return t("Question {number} of {count}", number=number, count=count)


def pick_answer(questions: Sequence[Question], number: int) -> int | None:
    """One large button per choice, also pressed by the keys 1 to 4; None before an answer."""
    question, said = questions[number], answers(len(questions))[number]
    chosen = said if said is None or said < len(question.choices) else None
    with st.container(key="quiz_choices", gap="xsmall"):
        for at, choice in enumerate(question.choices):
            right, wrong = chosen is not None and at == question.answer, at == chosen != question.answer
            st.button(
                f"**{plain(choice_text(question, choice))}**",
                key=f"choice{at}",
                icon=":material/check:" if right else ":material/close:" if wrong else None,
                type="primary" if right else "secondary",
                shortcut=str(at + 1),
                width="stretch",
                on_click=_answers_with(at, number, len(questions)),
            )
    return chosen


def answers(count: int) -> list[int | None]:
    """Return the answers in the link: one digit for each question."""
    held = link.held("said")
    legal = len(held) <= count and all(sign == _OPEN or sign in "0123456789"[:CHOICES] for sign in held)
    if not legal:
        st.warning(plain(t("The link asks for {value}, which is not one of the choices here.", value=short(held))))
        link.hold("said", "")
        held = ""
    return [None if sign == _OPEN else int(sign) for sign in held.ljust(count, _OPEN)]


def choice_text(question: Question, choice: Choice) -> str:
    """Return a choice as text."""
    if choice is None:
        return t("Keras raises an error")
    if question.kind == "clash":
        return t("axis {axis}", axis=choice)
    return short_number(choice) if isinstance(choice, (int, float)) else str(choice)


def _read(text: str) -> int | None:
    """The number of a set; None if the text is not one."""
    bare = text.strip()
    return int(bare) if bare.isascii() and bare.isdigit() and len(bare) <= len(str(MAX_SEED)) else None


def _answers_with(choice: int, number: int, count: int) -> Callable[[], None]:
    def note() -> None:
        held = list(str(session.get("said", "")).ljust(count, _OPEN))
        held[number] = str(choice)
        link.hold("said", "".join(held).rstrip(_OPEN))

    return note


def _clear() -> None:
    session.put({"said": "", "q": 1})
    forget()


def _other() -> None:
    now = _read(session.get("set", "1")) or 0
    session.put({"set": str((now + 1) % (MAX_SEED + 1))})
    _clear()
