"""The values of a channel gate as a strip: one bar per channel; choosing one shows its channel."""

from __future__ import annotations

from functools import partial
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from core.dtypes import Array
from core.gates import GateTrace, Step
from ui import session
from ui.gallery.cards import map_limits
from ui.state import link
from ui.streamlit_internals import component_script, served_component
from ui.text import t
from ui.views.thumbnails import limits_of

_KEY = "channel_strip"
_BROWSER = Path(__file__).parent / "browser"

_COMPONENT = served_component(
    "channel_strip",
    html='<div class="strip" role="slider" tabindex="0">\n</div>',
    script=component_script(_BROWSER, "strip"),
    mount="strip.mount",
    style=(_BROWSER / "strip.css").read_text(encoding="utf-8"),
)


def is_per_channel(value: Array) -> bool:
    """Whether a tensor holds one value per channel and no position, such as (n, 1, 1, C)."""
    return value.ndim > 1 and prod(value.shape[1:-1]) == 1 and value.shape[-1] > 1


def show_strip(trace: GateTrace, step: Step, channel: int, number: int = 0) -> None:
    """Draw the values of the first sample of a tensor (n, 1, 1, C).

    Args:
        trace: a run of a gate.
        step: that holds the tensor.
        channel: that is marked.
        number: of the gate on the page, where there are several.
    """
    key = f"{_KEY}_{number}_{step.name}"
    _COMPONENT(key=key, data=payload(trace, step, channel), on_chosen_change=partial(_choose, key))


def payload(trace: GateTrace, step: Step, channel: int) -> dict[str, Any]:
    """The data that is sent to the browser: a value and a bar from zero for each channel."""
    values = step.value[0].ravel().astype(np.float64)
    low, high = map_limits(trace) or limits_of(np.zeros(1), values)
    span = high - low or 1.0
    heights = (np.nan_to_num(values, nan=low, posinf=high, neginf=low).clip(low, high) - low) / span
    return {
        "title": t("{symbol}: one value per channel", symbol=step.symbol),
        "values": [f"{value:.4g}" for value in values],
        "heights": [round(float(height), 4) for height in heights],
        "zero": round(min(1.0, max(0.0, -low / span)), 4),
        "ends": [f"{low:.3g}", f"{high:.3g}"],
        "chosen": min(channel, len(values) - 1),
        "words": {"channel": t("channel {number}", number="{number}")},
    }


def chosen_channel(count: int, usual: int) -> int:
    """The channel that was chosen in the strip or by the link, else the usual one."""
    held = link.held("ch")
    return int(held) if held.isascii() and held.isdigit() and len(held) < 6 and int(held) < count else usual


def _choose(key: str) -> None:
    number = getattr(session.get(key), "chosen", None)
    if isinstance(number, int):
        link.hold("ch", str(number))
