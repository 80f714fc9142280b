"""What axe finds on a page that matters."""

from axe_playwright_python.sync_playwright import Axe


def serious(page) -> list[tuple[str, list[str]]]:
    """Serious and critical findings: the rule, and the beginning of each element at fault.

    The frame brings its style sheet, contrasts of code included, with the last component of the page.
    """
    page.locator("#mergescope-stage-style").wait_for(state="attached")
    return [
        (rule["id"], [node["html"][:120] for node in rule["nodes"]])
        for rule in Axe().run(page).response["violations"]
        if rule["impact"] in ("serious", "critical")
    ]
