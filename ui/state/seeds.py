"""Seeds as people type them, or as a link says them."""

from __future__ import annotations

import streamlit as st

from ui.text import plain, short, t

MOST_SIGNS = 10  # of a seed that a field takes; a link may bring more


def read_seed(text: str, most: int = 10**MOST_SIGNS - 1) -> int | None:
    """The seed in a text; None, with the reason on screen, where there is none.

    Args:
        text: digits.
        most: the largest seed that there is.
    """
    bare, limit = text.strip(), f"{most:,}"
    if not (bare.isascii() and bare.isdigit()) and most == 10**MOST_SIGNS - 1:
        st.error(plain(t("A seed is a whole number from 0 up; {text} is not.", text=repr(short(text)))))
    elif not (bare.isascii() and bare.isdigit()) or len(bare) > len(str(most)) or int(bare) > most:
        st.error(
            plain(t("A seed is a whole number from 0 to {most}; {text} is not.", most=limit, text=repr(short(text))))
        )
    else:
        return int(bare)
    return None
