"""The state of the server in one line, for visitors."""

from __future__ import annotations

from sandbox.verification.verify import the_verifier
from ui import counters
from ui.text import t
from ui.views import keras_check


def line() -> str:
    """Whether Keras is available, and how many visitors there are; empty where there is nothing to say."""
    parts = [_keras()] if keras_check.wanted() else []
    count = counters.sessions()
    if count > 1:
        parts.append(t("{count} visitors", count=count))
    return " · ".join(parts)


def _keras() -> str:
    statistics = the_verifier().process.statistics()
    if statistics.waiting > (not statistics.ready):  # while it starts, one is the question of this page
        return t("Keras: {count} queued", count=statistics.waiting)
    if statistics.ready:
        return t("Keras is ready")
    return t("Keras is starting") if not statistics.failures else t("Keras is unavailable")
