"""Downloads of the inspector: arrays of a merge, the table, a report. Each is made when its button is pressed."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import streamlit as st

from core import MergeError
from sandbox.model_file.file import MergeEntry, ModelFile
from sandbox.model_run.gate_maps import gate_number
from sandbox.model_run.results import MergeRecord
from sandbox.processes.errors import SandboxError
from ui import session
from ui.files.spreadsheet import csv_file
from ui.inspector.gate_detection import health, may_be_gate
from ui.inspector.gradients import operands_with_gradient
from ui.inspector.recorded import Tensors
from ui.inspector.report import report
from ui.inspector.rows import table
from ui.inspector.running import Ran, stop
from ui.inspector.summary_table import headings, row
from ui.state import parts
from ui.text import speaking, t

_MIME = {"npz": "application/octet-stream", "csv": "text/csv", "html": "text/html"}
_SECONDS = 20  # to wait for the values of one gate


def show_downloads(model: ModelFile, ran: Ran | None, tensors: Tensors | None) -> None:
    """Three buttons. The files are made on a thread without a session, so the language is passed."""
    parts.stable_controls("downloads", _draw, model, ran, tensors, session.language())


def _draw(model: ModelFile, ran: Ran | None, tensors: Tensors | None, language: str) -> None:
    name = model.model_name or model.name
    with st.container(horizontal=True):
        if ran is not None:
            st.button(t("Close the model"), key="mclose", on_click=stop, icon=":material/close:")
        if tensors is not None:
            arrays = file_name(f"{name}_{tensors.entry.id}", "npz")
            _button(t("Arrays of this merge (.npz)"), partial(merge_npz, tensors), arrays, "download")
        table, page = partial(_table, model, ran, language), partial(_report, model, ran, language)
        _button(t("Table of merges (.csv)"), table, file_name(name, "csv"), "table")
        _button(t("Report (.html)"), page, file_name(name, "html"), "description")


def _button(label: str, make: Callable[[], bytes], file: str, icon: str) -> None:
    mime = _MIME[file.rsplit(".", 1)[-1]]
    st.download_button(label, make, file, mime, on_click="ignore", icon=f":material/{icon}:")


def _table(model: ModelFile, ran: Ran | None, language: str) -> bytes:
    with speaking(language):
        return merges_csv(model.merges, ran.run.records if ran else {})


def _report(model: ModelFile, ran: Ran | None, language: str) -> bytes:
    records = ran.run.records if ran else {}
    with speaking(language):
        verdicts = {
            entry.id: _verdict(ran, entry)
            for entry in model.merges
            if ran is not None and entry.id in records and _may_hold_gate(entry, records[entry.id])
        }
        return report(model, records, verdicts, language)


def _may_hold_gate(entry: MergeEntry, record: MergeRecord) -> bool:
    """Whether the values are worth fetching."""
    return entry.operation in ("Multiply", "Dot") and any(map(may_be_gate, record.inputs))


def _verdict(ran: Ran, entry: MergeEntry) -> str:
    """The verdict on the gate of a merge; empty if there is none, or if the process has ended."""
    try:
        found = ran.session.tensors(ran.key, entry.id).result(_SECONDS)
        number = gate_number(entry.operation, found.inputs, entry.contracted) if found else None
        return "" if found is None or number is None else t(health(found.inputs[number]).verdict)
    except (SandboxError, MergeError, TimeoutError):
        return ""


def merge_npz(tensors: Tensors) -> bytes:
    """The arrays of a merge, whole: input_0, input_1, ..., output, and if known gradient_0, ..., mask_0, ..."""
    arrays = {f"input_{number}": tensor for number, tensor in enumerate(tensors.inputs)}
    arrays["output"] = tensors.output
    numbers = operands_with_gradient(tensors, tensors.gradients) if tensors.gradients else []
    arrays |= {f"gradient_{at}": gradient for at, gradient in zip(numbers, tensors.gradients, strict=False)}
    arrays |= {f"mask_{number}": mask for number, mask in enumerate(tensors.masks) if mask is not None}
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]  # the stub takes names for options
    return stream.getvalue()


def merges_csv(merges: Sequence[MergeEntry], records: Mapping[str, MergeRecord]) -> bytes:
    """The table of merges, with statistics of the outputs if the model has run.

    Args:
        merges: in the order of the graph.
        records: by id, what a run has recorded.
    """
    rows = table(merges)
    heading = [*rows[0], *(headings() if records else ())]
    body = [
        [*cells, *(row(records[entry.id].output) if entry.id in records else [""] * (len(heading) - len(cells)))]
        for cells, entry in zip(rows[1:], merges, strict=True)
    ]
    return csv_file((heading, *body))


def file_name(name: str, ending: str) -> str:
    """A safe file name, made from an untrusted one."""
    clean = re.sub(r"[^A-Za-z0-9_.-]+", "_", re.sub(r"\.(keras|h5|hdf5)$", "", name)).strip("._")[:60]
    return f"{clean or 'model'}.{ending}"
