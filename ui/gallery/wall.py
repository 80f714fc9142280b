"""The wall of cards, one per gate, all on the same features: one click opens a gate, two compare."""

from __future__ import annotations

import zlib
from base64 import b64encode
from collections.abc import Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import streamlit as st

from core.digests import digest
from core.dtypes import Array
from core.gates import GATES
from core.tensor_view.colours import colours
from ui import frame, session
from ui.gallery.cards import GROUPS, Card, Mini, broadcast_words, cards_of
from ui.gallery.controls import open_gate, open_pair, table_asked
from ui.gallery.features import Features
from ui.gallery.sections import share
from ui.state import parts
from ui.streamlit_internals import component_script, served_component
from ui.text import plain, t
from ui.views.cached import remembered
from ui.views.folded import folded
from ui.views.text_table import show_table

_KEY = "gate_wall"
_BROWSER = Path(__file__).parent / "browser"


class _Row(NamedTuple):
    """What the table says of a gate: of a `Card`, what does not depend on the values of the features."""

    name: str
    maps: tuple[tuple[str, tuple[int, ...]], ...]
    broadcast: tuple[tuple[str, tuple[int, ...]], ...]
    rank: int
    merges: tuple[str, ...]
    parameters: int
    multiplications: int


_COMPONENT = served_component(
    "gate_wall",
    html='<div class="gate-wall">\n</div>',
    script=component_script(_BROWSER, "wall"),
    mount="wall.mount",
    style=(_BROWSER / "wall.css").read_text(encoding="utf-8"),
)


def show_wall(features: Features) -> None:
    """Draw the wall, and the same as a table below."""
    cards = cards_of(features)
    left_out = [t(row.title) for name, row in GATES.items() if name not in {card.name for card in cards}]
    if left_out:
        names = ", ".join(left_out)
        st.caption(plain(t("Not run on these features, for their size or number of axes: {gates}.", gates=names)))
    with frame.picture():
        if features.computed:
            _COMPONENT(key=_KEY, data=payload(cards), on_chosen_change=_open, on_pair_change=_compare)
        else:
            st.info(t("These features are too large to run gates on them; the table has shapes and costs."))
    unfolded = table_asked() or not features.computed
    with frame.below("table"):
        order = {name: number for number, name in enumerate(GATES)}
        rows = tuple(_row(card) for card in sorted(cards, key=lambda card: order[card.name]))
        parts.stable("table", _fold_table, rows, unfolded)


def _fold_table(rows: Sequence[_Row], unfolded: bool) -> None:
    folded(t("All gates as a table"), "wall_table", partial(_show_table, rows), expanded=unfolded)


def payload(cards: Sequence[Card]) -> dict[str, Any]:
    """The data that is sent to the browser: a section for each group of cards, and the pixels of all pictures.

    Args:
        cards: sorted by group.
    """
    numbers, sizes, levels = _pictures(tuple(cards))
    tables = sorted({mini.table for mini in numbers})
    return {
        "sections": [
            {"title": t(GROUPS[group]), "cards": [_card(card, numbers) for card in members]}
            for group, members in groupby(cards, key=lambda card: card.group)
        ],
        "sizes": sizes,
        "digest": digest(levels)[:16],
        "levels": pa.table({"v": levels}),  # an Arrow column crosses as bytes
        "palettes": {name: b64encode(colours(name).tobytes()).decode() for name in tables},
        "words": {
            "wall": t("All gates on the same features"),
            "open": t("Open {gate}", gate="{gate}"),
            "compare": t("Compare"),
            "with": t("Compare with {gate}", gate="{gate}"),
            "hint": t(
                "Click a card to open its gate. To compare two gates, click Compare on both, or drag one onto another."
            ),
        },
    }  # fmt: skip


@remembered
def _pictures(cards: tuple[Card, ...]) -> tuple[dict[Mini, int], list[tuple[int, int]], Array]:
    """Every picture once: the features are the same on most cards.

    Returns:
        The number of the picture of each mini; rows and columns of each picture; the entries of their tables of
        colours one after another, deflated, uint8.
    """
    numbers, known = dict[Mini, int](), dict[tuple[bytes, tuple[int, ...]], int]()
    for mini in (mini for card in cards for mini in card.minis):
        numbers[mini] = known.setdefault((mini.levels.tobytes(), mini.levels.shape), len(known))
    content = zlib.compress(b"".join(levels for levels, _ in known), 9)
    return numbers, [(shape[0], shape[1]) for _, shape in known], np.frombuffer(content, np.uint8)


def _card(card: Card, numbers: dict[Mini, int]) -> dict[str, Any]:
    row = GATES[card.name]
    signs = [""] + [""] * (len(card.minis) - 2) + ["→"]
    return {
        "id": card.name,
        "title": t(row.title),
        "equation": t(row.equation),
        "note": t("energy retained: {share}", share=share(card.kept)),
        "panels": [
            {"symbol": mini.symbol, "picture": numbers[mini], "table": mini.table, "strip": mini.strip, "sign": sign}
            for mini, sign in zip(card.minis, signs, strict=True)
        ],
    }


def _open() -> None:
    name = getattr(session.get(_KEY), "chosen", None)
    if isinstance(name, str) and name in GATES:
        open_gate(name)


def _compare() -> None:
    pair = getattr(session.get(_KEY), "pair", None)
    names = [name for name in pair if isinstance(name, str) and name in GATES] if isinstance(pair, list) else []
    if len(names) == 2:
        open_pair(*names)


def _show_table(rows: Sequence[_Row]) -> None:
    """A row for each gate, in its first variant."""
    names = (t("gate"), t("maps"), t("broadcast"), t("merges"), t("trainable parameters"), t("multiplications"))
    show_table(names, [_words(row) for row in rows], about=t("All gates on these features"))
    st.caption(
        t("Each gate in its first variant, on the chosen features; → names the axes over which a tensor is broadcast.")
    )


def _row(card: Card) -> _Row:
    return _Row(
        card.name, card.maps, card.broadcast, card.rank, card.merges, card.parameters, card.multiplications
    )  # fmt: skip


def _words(row: _Row) -> tuple[str, ...]:
    maps = ", ".join(f"{symbol} {shape}" for symbol, shape in row.maps)
    words = (t(GATES[row.name].title), maps, broadcast_words(row.broadcast, row.rank), ", ".join(row.merges))
    return (*(plain(word) for word in words), f"{row.parameters:,}", f"{row.multiplications:,}")
