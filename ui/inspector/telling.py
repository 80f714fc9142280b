"""What is said while a model loads or runs, and when it gives no answer."""

from __future__ import annotations

from sandbox.failures import SandboxError
from ui.inspector.session import ModelSession
from ui.text import t


def progress(session: ModelSession) -> str:
    """Where the model of a session stands."""
    seconds = round(session.seconds)
    if session.handle.state == "waiting":
        return t("Other models run; this one has the place {place} in the queue.", place=session.handle.place)
    if session.handle.state == "loading":
        return t("Keras starts and loads the model: {seconds} s", seconds=seconds)
    return t("The model runs: {seconds} s", seconds=seconds)


def why(error: SandboxError) -> str:
    """Why there is no answer, in a sentence."""
    words = {
        "timeout": t("The model took too long and was stopped."),
        "memory": t("The model needs more memory than it may take, and was stopped."),
        "busy": t("Too many models are open on this server; please try again in a minute."),
        "too large": t("The tensors are too large to send."),
        "closed": t("The model was closed; please run it again."),
    }
    return words.get(error.kind) or t("The process of the model ended unexpectedly; please run it again.")
