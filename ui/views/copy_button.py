"""A button that copies a text, or the address of the page, to the clipboard."""

from __future__ import annotations

import streamlit as st

from ui.text import t

_DONE = 2000  # ms for which the button says that it has copied

_BUTTON = st.components.v2.component(
    "mergescope_copy",
    html="<button type='button'></button>",
    css="""
    button { width: 100%; min-height: 2.5rem; padding: 0.25rem 0.75rem; font: inherit; cursor: pointer;
             color: var(--st-text-color); background: transparent; border: 1px solid var(--st-border-color);
             border-radius: var(--st-base-radius); }
    button:hover, button:focus-visible { border-color: var(--st-primary-color); color: var(--st-primary-color); }
    """,
    js="""
    export default function ({ data, parentElement }) {
      const button = parentElement.querySelector("button");
      const text = () => data.text ?? window.location.href;
      button.textContent = data.label;
      button.onclick = async () => {
        try { await navigator.clipboard.writeText(text()); button.textContent = data.done; }
        catch { window.prompt(data.label, text()); }
        setTimeout(() => { button.textContent = data.label; }, data.shown);
      };
    }
    """,
)


def copy_button(label: str, *, key: str, text: str | None = None) -> None:
    """Draw the button.

    Args:
        label: of the button, translated.
        key: of the component, unique on the page.
        text: what is copied; by default the address of the page.
    """
    _BUTTON(key=key, data={"label": label, "done": t("Copied"), "shown": _DONE, "text": text})
