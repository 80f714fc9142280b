"""The windows in which each page is measured, and what a test measures in them."""

from __future__ import annotations

from typing import Any

from tests.conftest import settle

WINDOWS = [(1280, 720), (1440, 900), (1920, 1080)]
Box = tuple[float, float, float, float]  # left, top, right, bottom

# The boxes of all elements that a selector finds in the page and in its shadow roots.
_BOXES = """selector => {
    const roots = [document, ...[...document.querySelectorAll("*")].map((one) => one.shadowRoot).filter(Boolean)];
    return roots.flatMap((root) => [...root.querySelectorAll(selector)]).map((one) => {
        const { left, top, right, bottom } = one.getBoundingClientRect();
        return [left, top, right, bottom];
    });
}"""
_OVERFLOW = "(main => main.scrollHeight - main.clientHeight)(document.querySelector('[data-testid=stMain]'))"


def boxes(page: Any, selector: str) -> list[Box]:
    """Where each such element lies, shadow roots included."""
    found: list[Box] = page.evaluate(_BOXES, selector)
    return found


def resized(page: Any, window: tuple[int, int]) -> None:
    """Give the page another window, and wait until it has been drawn for it."""
    page.set_viewport_size({"width": window[0], "height": window[1]})
    settle(page)


def outside(page: Any, window: tuple[int, int], selectors: dict[str, int]) -> list[str]:
    """The named parts that are missing or reach beyond the window, in words.

    Args:
        page: as it is.
        window: width and height.
        selectors: of the parts, and how many of each there are at least.
    """
    wrong = []
    for selector, count in selectors.items():
        found = [box for box in boxes(page, selector) if box[2] > box[0]]
        if len(found) < count:
            wrong.append(f"{selector}: {len(found)} of {count}")
        for left, top, right, bottom in found[:count]:
            if left < 0 or top < 0 or right > window[0] + 1 or bottom > window[1] + 1:
                wrong.append(f"{selector}: {left:.0f}, {top:.0f} to {right:.0f}, {bottom:.0f}")
    return wrong


def overflow(page: Any) -> int:
    """How far the page can be scrolled [pixels]."""
    found: int = page.evaluate(_OVERFLOW)
    return found
