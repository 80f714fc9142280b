"""A chosen model becomes a table of its layers and merges, or one sentence on why it does not."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import streamlit as st

from core import MERGES, MergeError
from sandbox.model_file.file import ModelFile, read_model
from ui import counters
from ui.inspector.controls import Choice
from ui.text import plain, short, t

_SHIPPED = Path(__file__).parent.parent.parent / "assets" / "attention_unet.keras"
_NAMED = 6  # refused layers that are named


def content_of(choice: Choice) -> bytes:
    """The bytes of the file."""
    return _shipped() if choice.kind == "shipped" else choice.content


def show_model(choice: Choice) -> ModelFile | None:
    """Read the file and say in a line what it holds; None, with the reason on screen, where it cannot be read."""
    try:
        model = _read(choice.key, choice.name, content_of(choice))
    except MergeError as error:
        counters.refused("file")
        st.error(plain(t(error.explanation)), icon=":material/block:")
        return None
    st.caption(_summary(model))
    _show_refusals(model)
    if not model.merges:
        st.info(t("The model has no merge layer: no two tensors meet in it."))
    return model


def usual_merge(model: ModelFile) -> str:
    """Id of the merge to begin with: the first that looks like an attention gate, else the first."""
    gates = [entry.id for entry in model.merges if entry.attention_like]
    return gates[0] if gates else model.merges[0].id if model.merges else ""


def usual_scaling(model: ModelFile) -> str:
    """How pixels are scaled to begin with: not at all where the model does it by itself."""
    own = {"Rescaling", "Normalization"}
    return "none" if any(layer.class_name in own for layer in model.layers) else "unit"


@st.cache_resource(show_spinner=False)
def _shipped() -> bytes:
    return _SHIPPED.read_bytes()


@st.cache_resource(scope="session", max_entries=2, show_spinner=False)
def _read(key: str, name: str, _content: bytes) -> ModelFile:  # noqa: ARG001  # the key of the cache
    return read_model(_content, name)


def _summary(model: ModelFile) -> str:
    counted = Counter(entry.operation for entry in model.merges)
    merges = ", ".join(f"{counted[name]} {name}" for name in MERGES if counted[name])
    text = t(
        "{name}; layers: {layers}; merges: {merges}",
        name=short(model.model_name or model.name),
        layers=len(model.layers),
        merges=f"{len(model.merges)} ({merges})" if merges else "0",
    )
    version = t("saved by Keras {version}", version=short(model.keras_version)) if model.keras_version else ""
    return plain(" · ".join(part for part in (text, version) if part))


def _show_refusals(model: ModelFile) -> None:
    if model.runnable:
        return
    lines = [
        f"- {plain(short(refusal.layer or refusal.class_name))}: {plain(t(refusal.reason))}"
        for refusal in model.refusals[:_NAMED]
    ]
    left = len(model.refusals) - len(lines)
    if left > 0:
        lines.append("- " + t("and {count} more", count=left))
    st.warning("\n".join([t("The model is shown but not run:"), "", *lines]), icon=":material/lock:")
