"""What axe finds on a page that matters."""

from axe_playwright_python.sync_playwright import Axe

_BACKGROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(17, 22, 29)"}  # .streamlit/config.toml
THEMES = tuple(_BACKGROUNDS)
_FADED = "document.getAnimations().every((one) => !(one instanceof CSSTransition) || one.playState === 'finished')"
_PAINTED = "colour => getComputedStyle(document.querySelector('.stApp')).backgroundColor === colour"


def serious_in_both_themes(page) -> list[tuple[str, str, list[str]]]:
    """Likewise, with the theme before it: first in the one, then in the other, as a visitor's system may change."""
    found = []
    for theme in THEMES:
        turn(page, theme)
        found += [(theme, *finding) for finding in serious(page)]
    return found


def turn(page, theme: str) -> None:
    """Have the visitor's system turn light or dark."""
    page.emulate_media(color_scheme=theme)
    page.wait_for_function(_PAINTED, arg=_BACKGROUNDS[theme])
    page.wait_for_function(_FADED)


def serious(page) -> list[tuple[str, list[str]]]:
    """Serious and critical findings: the rule, and the beginning of each element at fault.

    The frame brings its style sheet, contrasts of code included, with the last component of the page.
    """
    page.locator("#mergescope-pointer").wait_for(state="attached")
    return [
        (rule["id"], [node["html"][:120] for node in rule["nodes"]])
        for rule in Axe().run(page).response["violations"]
        if rule["impact"] in ("serious", "critical")
    ]
