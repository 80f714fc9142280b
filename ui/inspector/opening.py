"""Reads a chosen model: a summary line and why it may not be run, or one sentence if it cannot be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from core import MERGES, MergeError
from core.errors import short
from core.files.recording_reader import Recording
from sandbox.model_file.archive import NoModelError
from sandbox.model_file.file import ModelFile, read_model
from sandbox.processes.errors import SandboxError
from ui import counters
from ui.inspector.controls import Choice
from ui.inspector.recorded_run import model_of, recording_of
from ui.text import plain, t

_SHIPPED = Path(__file__).parent.parent.parent / "assets" / "attention_unet.keras"
_RECORDING_CODE = """\
import mergescope

mergescope.record(model, inputs, "run.msr.npz")  # your model, and inputs as it takes them, batch axis first
"""
Fault = MergeError | SandboxError  # why a file cannot be read
_NAMED = 6  # layers that are named among those that may not be run


def content_of(choice: Choice) -> bytes:
    """The bytes of the file."""
    return _shipped() if choice.kind == "shipped" else choice.content


def opener() -> Callable[[Choice], ModelFile | Fault]:
    """What reads a file, or says why it cannot be read; one that cannot is read once."""
    faults: dict[str, Fault] = {}

    def opened(choice: Choice) -> ModelFile | Fault:
        if choice.key in faults:
            return faults[choice.key]
        try:
            recording = recording_of(choice)
            if recording is not None:
                return _recorded(choice.key, choice.name, recording)
            if choice.kind == "shipped":
                return _read_shipped(choice.name)
            return _read(choice.key, choice.name, choice.content)
        except (MergeError, SandboxError) as error:
            faults[choice.key] = error
            return error

    return opened


def show_fault(fault: Fault) -> None:
    """Why a file cannot be read; and how to record the model, if it is one."""
    if isinstance(fault, MergeError):
        counters.refused("file")
        st.error(plain(t(fault.explanation)), icon=":material/block:")
        if not isinstance(fault, NoModelError):
            _show_recording_code()
    else:
        st.error(t("The file could not be read within the limits of time and memory."), icon=":material/block:")


def usual_merge(model: ModelFile) -> str:
    """Id of the merge that is chosen at first: the first that looks like an attention gate, else the first."""
    gates = [entry.id for entry in model.merges if entry.attention_like]
    return gates[0] if gates else model.merges[0].id if model.merges else ""


def usual_scaling(model: ModelFile) -> str:
    """How pixels are scaled at first: not at all if the model scales them itself."""
    own = {"Rescaling", "Normalization"}
    return "none" if any(layer.class_name in own for layer in model.layers) else "unit"


@st.cache_resource(show_spinner=False)
def _shipped() -> bytes:
    return _SHIPPED.read_bytes()


@st.cache_resource(show_spinner=False)
def _read_shipped(name: str) -> ModelFile:
    return read_model(_shipped(), name)


@st.cache_resource(scope="session", max_entries=2, show_spinner=False)
def _read(key: str, name: str, _content: bytes) -> ModelFile:  # noqa: ARG001  # the key of the cache
    return read_model(_content, name)


@st.cache_resource(scope="session", max_entries=2, show_spinner=False)
def _recorded(key: str, name: str, _recording: Recording) -> ModelFile:  # noqa: ARG001  # the key of the cache
    return model_of(_recording, name)


def show_summary(model: ModelFile) -> None:
    """One line on what the file holds."""
    counted = Counter(entry.operation for entry in model.merges)
    merges = ", ".join(f"{counted[name]} {name}" for name in MERGES if counted[name])
    text = t(
        "{name}; layers: {layers}; merges: {merges}",
        name=short(model.model_name or model.name),
        layers=len(model.layers),
        merges=f"{len(model.merges)} ({merges})" if merges else "0",
    )
    masks = t("on masks alone: {count}", count=len(model.masks)) if model.masks else ""
    version = t("saved by Keras {version}", version=short(model.keras_version)) if model.keras_version else ""
    st.caption(plain(" · ".join(part for part in (text, masks, version) if part)))


def show_refusals(model: ModelFile) -> None:
    """Why the model may not be run, and what to do; nothing if it may."""
    if model.runnable:
        return
    lines = [
        f"- {plain(short(refusal.layer or refusal.class_name))}: {plain(t(refusal.reason))}"
        for refusal in model.refusals[:_NAMED]
    ]
    left = len(model.refusals) - len(lines)
    if left > 0:
        lines.append("- " + t("and {count} more", count=left))
    st.warning("\n".join([t("This model can be viewed but not run:"), "", *lines]), icon=":material/lock:")
    _show_recording_code()


def _show_recording_code() -> None:
    """The lines that record a model where it can be run."""
    with st.expander(t("View the tensors of this model all the same"), icon=":material/code:"):
        st.markdown(
            t(
                "Run the model yourself, in Keras 3 or PyTorch, and upload the recording here. It holds arrays and a "
                "list, no code. Install the package in the folder of Mergescope (`pip install .`), then run:"
            )
        )
        st.code(_RECORDING_CODE, language="python", wrap_lines=True)
