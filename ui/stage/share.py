"""The link of what is on screen: to copy, and as a QR code for an audience."""

from __future__ import annotations

import io
from urllib.parse import urlsplit

import streamlit as st

from ui.state import link
from ui.text import t
from ui.views.copy_button import copy_button

_LOCAL = ("localhost", "127.", "0.0.0.0", "::1")  # noqa: S104  # compared with, not bound to


@st.fragment
def share() -> None:
    """A button that opens the link and its QR code. They are made only while it is open, by this part alone."""
    opened = st.popover(t("Share"), icon=":material/qr_code_2:", width="stretch", key="share", on_change="rerun")
    if not opened.open:
        return
    with opened, st.container(key="share_link"):  # `stage.css` gives it the height of the window
        copy_button(t("Copy link"), key="copy")
        address = (st.context.url or "").rstrip("/") + link.query()
        _code(address)
        if is_local(urlsplit(address).hostname or ""):
            st.caption(t("This address opens on this machine only. For an audience, open the app at a public address."))


def is_local(host: str) -> bool:
    """Whether an address with this host opens on this machine only."""
    return host.startswith(_LOCAL)


def _code(address: str) -> None:
    picture = qr_code(address)
    if picture is None:
        st.caption(
            t(
                "The link has {count} characters, too many for a QR code; remove pasted lists from it.",
                count=f"{len(address):,}",
            )
        )
        return
    st.image(picture, width=280, alt=t("QR code of the link"))
    st.code(address, language=None, wrap_lines=True)
    left, right = st.columns(2)
    for column, kind, mime in ((left, "svg", "image/svg+xml"), (right, "png", "image/png")):
        data = picture if kind == "svg" else qr_code(address, kind="png")
        column.download_button(
            kind.upper(), data or "", f"mergescope-link.{kind}", mime, on_click="ignore", width="stretch"
        )


def qr_code(address: str, *, kind: str = "svg") -> str | bytes | None:
    """The QR code of an address, black on white with its quiet border; None where it is too long for one.

    Args:
        address: the link.
        kind: "svg" gives its text, "png" its bytes.
    """
    import segno  # noqa: PLC0415  # takes time that no page without a code should spend

    try:
        code = segno.make(address, error="l", boost_error=True, micro=False)
    except segno.DataOverflowError:
        return None
    stream = io.BytesIO()
    code.save(stream, kind=kind, scale=8, border=4, dark="#000", light="#fff")
    return stream.getvalue() if kind == "png" else stream.getvalue().decode().partition("?>\n")[2]
