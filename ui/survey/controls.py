"""The controls of the Survey page: which survey, which gate, in which order, which images."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from core import Sentence as _  # marks text for the catalogues
from core.errors import short
from survey.rank import VERDICTS
from survey.results import ORDERS, Results
from ui import session
from ui.state import asked, link, parts
from ui.streamlit_internals import is_set_by_code
from ui.survey.opening import EXAMPLE, is_local
from ui.text import t

FOLDER, SECOND = "survey_folder", "survey_second"  # typed paths; not in the link, which would open them elsewhere
ASKED = "survey_asked"
PAGE = 48  # images of the strip at a time

ORDER_TITLES = {
    "oddness": _("Odd ones first"),
    "mean": _("By mean"),
    "std": _("By std. dev."),
    "closed": _("By closed share"),
    "open": _("By open share"),
    "entropy": _("By entropy"),
    "energy": _("By energy retained"),
    "iou": _("By IoU with the mask"),
    "auc": _("By AUC against the mask"),
    "number": _("As listed"),
}
VERDICT_TITLES = {
    "dead": _("dead"),
    "open": _("open"),
    "uniform": _("uniform"),
    "selective": _("selective"),
    "graded": _("graded"),
    "even": _("even"),
    "focused": _("focused"),
    "not finite": _("not finite"),
}


@dataclass(frozen=True)
class Choice:
    """Which images are shown.

    Attributes:
        gate: number of the gate.
        by: one of `ORDERS`.
        descending: the largest first.
        verdict: only images with this verdict; "all", or "error" for those that could not be measured.
        text: only images whose id contains it.
    """

    gate: int
    by: str
    descending: bool
    verdict: str
    text: str


def remember() -> None:
    """Keep the parameters of controls that are drawn only after a survey is open."""
    for key, default in (("gate", ""), ("by", "oddness"), ("verdict", "all"), ("find", ""), ("part", "1")):
        link.later(key, default)
    link.later("up", False, lambda value: value.lower() in ("true", "1"))


def pick_surveys() -> tuple[Path | None, Path | None]:
    """The folder of the survey, and of a second one to compare with; None for one that is not named."""
    return _pick_folder(), _pick_second()


def _pick_folder() -> Path | None:
    """The example, or the folder that was typed."""
    titles = {"example": t("Example"), "folder": t("Folder…")}
    kinds = list(titles) if is_local() else ["example"]
    kind = link.segments(
        t("Survey"), kinds, "from", "example", format_func=titles.get, label_visibility="collapsed"
    )  # fmt: skip
    if kind == "example":
        return EXAMPLE
    return _typed(
        t("Folder of the survey"), FOLDER, label_visibility="collapsed", width=260,
        placeholder=t("Folder written by python -m survey"),
    )  # fmt: skip


def _pick_second() -> Path | None:
    """Such as the survey of another checkpoint."""
    if not is_local():
        return None
    asked.ask(st.popover, t("Compare…"))
    with nullcontext() if asked.only() else st.popover(t("Compare…"), icon=":material/compare:"):
        return _typed(t("Folder of a second survey"), SECOND)


def _typed(label: str, key: str, **options: Any) -> Path | None:
    """The folder that is typed in a field."""
    asked.ask(st.text_input, label, key, options, is_known=not (asked.only() and is_set_by_code(key)))
    typed = session.get(key)
    if not asked.only():
        typed = st.text_input(label, key=key, max_chars=500, persist_state="session", **options)
    return Path(typed).expanduser() if typed else None


def pick_images(results: Results) -> Choice:
    """Gate, order and filters in one line."""
    with asked.box(horizontal=True, vertical_alignment="center"):
        return _pick_images(results)


def _pick_images(results: Results) -> Choice:
    gates = results.gates
    gate = link.menu(
        t("Gate"), gates, "gate", gates[0], format_func=short,
        label_visibility="collapsed", width=170,
    )  # fmt: skip
    by = link.menu(
        t("Order"), list(ORDERS), "by", "oddness", format_func=lambda name: t(ORDER_TITLES[name]),
        label_visibility="collapsed", width=190,
    )  # fmt: skip
    ascending = link.toggle(t("Reversed"), "up")
    kinds = {"all": t("every verdict"), **{name: t(VERDICT_TITLES[name]) for name in VERDICTS}, "error": t("error")}
    verdict = link.menu(
        t("Verdict"), list(kinds), "verdict", "all", format_func=kinds.get, label_visibility="collapsed", width=150
    )
    text = link.text(
        t("Search"), "find", "", max_chars=60, placeholder=t("part of a name"), label_visibility="collapsed", width=150
    )
    descending = (by != "number") != ascending
    return Choice(gates.index(gate), str(by), descending, str(verdict), text)


def part(count: int) -> int:
    """Which part of the images is shown, from 0.

    Args:
        count: images that match.
    """
    value = link.reading("part", 1, lambda text: int(text) if text.isdigit() and 0 < int(text[:7]) < 10**6 else None)
    return min(int(value), _parts(count)) - 1


def pick_part(count: int) -> None:
    """The buttons that show the part before and after; nothing if there is only one."""
    last = _parts(count)
    if last == 1:
        return
    parts.controls("part", _pick_part, part(count) + 1, last)


def _pick_part(at: int, last: int) -> None:
    with asked.box(horizontal=True, vertical_alignment="center"):
        for label, target, icon in ((t("Previous"), at - 1, "chevron_left"), (t("Next"), at + 1, "chevron_right")):
            link.button(
                label, f"survey_{icon}", link.hold, "part", str(target), icon=f":material/{icon}:",
                disabled=not 1 <= target <= last,
            )  # fmt: skip
        asked.show(st.caption, t("Part {part} of {parts}", part=f"{at:,}", parts=f"{last:,}"))


def _parts(count: int) -> int:
    return max(1, -(-count // PAGE))


def chosen_rows(results: Results, choice: Choice) -> Sequence[int]:
    """The rows of the images to show, in order."""
    rows = results.order(choice.gate, choice.by, descending=choice.descending)
    if choice.verdict == "error":
        rows = rows[results.errors[rows] != ""]
    elif choice.verdict != "all":
        number = VERDICTS.index(choice.verdict)
        rows = rows[results.column(f"g{choice.gate}_verdict")[rows] == number]
    if choice.text:
        wanted = choice.text.lower()
        rows = rows[[wanted in str(name).lower() for name in results.ids[rows]]]
    return [int(row) for row in rows]


def asked_image() -> tuple[int, int] | None:
    """The image that was clicked just now, if any: 0 or 1 for the first or second survey, and its row."""
    clicked = session.get(ASKED)
    session.put({ASKED: None})
    return clicked if isinstance(clicked, tuple) else None


def ask_image(survey: int, row: int) -> None:
    """Note in a callback that an image was clicked; the page opens it in its next run."""
    session.put({ASKED: (survey, row)})
