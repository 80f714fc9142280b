"""What every page begins with: title, menu, language, link to share."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import streamlit as st

from core import Sentence as _  # marks text for the catalogues
from ui import status, verdict, watch
from ui.controls import link, state
from ui.text import t

_PAGES = {  # file: (title, icon); the one list of pages
    "app.py": (_("Home"), ":material/home:"),
    "pages/1_Merge_lab.py": (_("Merge lab"), ":material/layers:"),
}
_MODULES = 50  # in one batch of `_settle`
_ROOT = Path(__file__).parent.parent
_ICON = Path(__file__).parent / "icon.svg"

_BROWSER = st.components.v2.component(
    "mergescope_browser",
    html="<button type='button'></button>",
    css="""
    button { width: 100%; padding: 0.4rem 0.75rem; font: inherit; cursor: pointer; color: var(--st-text-color);
             background: transparent; border: 1px solid var(--st-border-color); border-radius: var(--st-base-radius); }
    button:hover, button:focus-visible { border-color: var(--st-primary-color); color: var(--st-primary-color); }
    """,
    js="""
    export default function ({ data, parentElement }) {
      document.documentElement.lang = data.lang;
      const button = parentElement.querySelector("button");
      button.textContent = data.label;
      button.onclick = async () => {
        try { await navigator.clipboard.writeText(window.location.href); button.textContent = data.done; }
        catch { window.prompt(data.label, window.location.href); }
        setTimeout(() => { button.textContent = data.label; }, 2000);
      };
    }
    """,
)


def begin(title: str) -> None:
    """Draw the frame of a page.

    Args:
        title: its title in the list of pages, in English.
    """
    watch.begin(title)
    status.admit()
    link.begin(title)
    st.set_page_config(page_title=f"{t(title)} · Mergescope", page_icon=str(_ICON), layout="wide")
    with st.sidebar:
        st.markdown("### Mergescope")
        for file, (name, icon) in _PAGES.items():
            st.page_link(_ROOT / file, label=t(name), icon=icon)
        _language()
        _BROWSER(
            key="browser",
            data={"lang": {"zh": "zh-CN"}.get(state.language(), "en"), "label": t("Copy link"), "done": t("Copied")},
        )


def _language() -> None:
    state.put({"lang": state.language()})
    names = list(state.LANGUAGES)
    link.menu("Language · 语言", names, "lang", "en", format_func=state.LANGUAGES.get)


def end() -> None:
    """Put the state of the page into its link. Every page ends with this."""
    link.end()
    with st.sidebar:
        status.show()
    verdict.wake()
    watch.end()
    _settle(len(sys.modules) // _MODULES)


@st.cache_resource(max_entries=64, show_spinner=False)
def _settle(imported: int) -> None:  # noqa: ARG001  # the key of the cache
    """Leave what has been imported out of the garbage collection.

    Streamlit collects all garbage after every run, which was 92 % of a small app's time: it walks through every
    imported module. Once for each batch of modules (a page imports its own when it is first opened), not for each
    run, which would leave garbage for good.

    Args:
        imported: how many batches of modules there are, of `_MODULES` each.
    """
    gc.collect()
    gc.freeze()
