"""All gates of the table on the same features: which axes each stretches, which merges it uses, what it costs."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.gates import GATES
from ui import session
from ui.gallery.controls import GateChoice
from ui.gallery.features import Features, shapes_of
from ui.gallery.sections import stretched_words
from ui.text import plain, t


def show_all(features: Features) -> None:
    """A row for each gate, in its first form."""
    rows = _rows(tuple(GATES), session.language(), features.key, features.seed, features)
    names = (t("gate"), t("maps"), t("stretched"), t("merges"), t("weights to train"), t("multiplications"))
    table = pd.DataFrame(rows, columns=names).set_index(names[0])
    st.table(table, alt=t("All gates on these features"))
    st.caption(
        t("Each in its first form, on the features that are chosen; → says over which axes a tensor is stretched.")
    )


@st.cache_data(max_entries=16, show_spinner=False)
def _rows(
    names: tuple[str, ...],
    language: str,  # noqa: ARG001 -- the key of the cache
    key: str,  # noqa: ARG001 -- likewise
    seed: int,  # noqa: ARG001 -- likewise
    _features: Features,
) -> list[tuple[str, ...]]:
    return [_row(name, _features) for name in names]


def _row(name: str, features: Features) -> tuple[str, ...]:
    trace = shapes_of(GateChoice(name, next(iter(GATES[name].variants))), features)
    maps = ", ".join(f"{step.symbol} {step.value.shape}" for step in trace.maps)
    merges = ", ".join(step.alignment.operation for step in trace.merges if step.alignment)
    told = (t(GATES[name].title), maps, stretched_words(trace), merges)
    return (*(plain(word) for word in told), f"{trace.parameters:,}", f"{trace.multiplications:,}")
