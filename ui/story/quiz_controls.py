"""The controls of the quiz: the set of questions, the current question, the answers. All of it is in the URL."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext

import streamlit as st

from core.errors import short
from core.merges.arithmetic import number as short_number
from core.story.quiz import CHOICES, MAX_SEED, Choice, Question, make_quiz
from ui import session
from ui.state import asked, link, parts
from ui.story.navigation import forget, walk
from ui.text import plain, t

_OPEN = "-"  # not answered


def pick_questions() -> tuple[Question, ...]:
    """The questions of a set, and buttons for a new start."""
    with st.container(width="content"):
        return parts.controls("quiz menu", _pick_questions)


def _pick_questions() -> tuple[Question, ...]:
    label = t("For a class")
    with nullcontext() if asked.only() else st.popover(label, icon=":material/groups:", key="quiz_menu"):
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
            link.note(plain(t("A set is an integer from 0 to {limit}; {text} is not.", limit=limit, text=said)))
        left, right = (nullcontext(), nullcontext()) if asked.only() else st.columns(2)
        with left:
            link.button(t("Clear answers"), "quiz_clear", _clear, width="stretch")
        with right:
            link.button(t("Next set"), "quiz_other", _other, width="stretch")
    return make_quiz(1 if seed is None else seed)


def pick_number(questions: Sequence[Question], said: Sequence[int | None]) -> int:
    """The number of the question, from 0; the dots show which answers are correct.

    Args:
        questions: all of them.
        said: the answers.
    """
    last = len(questions)
    titles = {number: question_title(number, last) for number in range(1, last + 1)}
    signs = {
        number: "○" if choice is None else "✓" if choice == question.answer else "✗"
        for number, (question, choice) in enumerate(zip(questions, said, strict=True), start=1)
    }
    return walk(t("Question"), titles, "q", signs) - 1


def question_title(number: int, count: int) -> str:
    """Return the heading of a question; its number counts from 1."""
    return t("Question {number} of {count}", number=number, count=count)


def pick_answer(question: Question, said: int | None, number: int, count: int) -> int | None:
    """One large button per choice, also pressed by the keys 1 to 4; None before an answer.

    Args:
        question: the current one.
        said: its answer in the link.
        number: of the question, from 0.
        count: of all questions.
    """
    chosen = said if said is None or said < len(question.choices) else None
    with asked.box(key="quiz_choices", gap="xsmall"):
        for at, choice in enumerate(question.choices):
            right, wrong = chosen is not None and at == question.answer, at == chosen != question.answer
            link.button(
                f"**{plain(choice_text(question, choice))}**",
                f"choice{at}",
                _answer,
                at,
                number,
                count,
                icon=":material/check:" if right else ":material/close:" if wrong else None,
                type="primary" if right else "secondary",
                shortcut=str(at + 1),
                width="stretch",
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


def _answer(choice: int, number: int, count: int) -> None:
    held = list(str(session.get("said", "")).ljust(count, _OPEN))
    held[number] = str(choice)
    link.hold("said", "".join(held).rstrip(_OPEN))


def _clear() -> None:
    session.put({"said": "", "q": 1})
    forget()


def _other() -> None:
    now = _read(session.get("set", "1")) or 0
    session.put({"set": str((now + 1) % (MAX_SEED + 1))})
    _clear()
