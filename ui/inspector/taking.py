"""What can be taken away from the inspector: arrays of a merge, the table, a report. Made when somebody presses."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from core import MergeError
from sandbox.failures import SandboxError
from sandbox.inspect_records import MergeRecord
from sandbox.model_file import MergeEntry, ModelFile
from ui.controls import state
from ui.inspector.exports import file_name, merge_npz, merges_csv
from ui.inspector.gates import gate_number, health, may_be_gate
from ui.inspector.report import report
from ui.inspector.running import Ran
from ui.inspector.values import Tensors
from ui.text import speaking, t

_MIME = {"npz": "application/octet-stream", "csv": "text/csv", "html": "text/html"}
_SECONDS = 20  # to wait for the numbers of one gate


def show_downloads(model: ModelFile, ran: Ran | None, tensors: Tensors | None) -> None:
    """Three buttons. What they make is made on a thread without a session, so the language goes along."""
    language = state.language()
    name = model.model_name or model.name
    with st.container(horizontal=True):
        if tensors is not None:
            arrays = file_name(f"{name}_{tensors.entry.id}", "npz")
            _button(t("Arrays of this merge (.npz)"), partial(merge_npz, tensors), arrays, "download")
        table, told = partial(_table, model, ran, language), partial(_report, model, ran, language)
        _button(t("Table of merges (.csv)"), table, file_name(name, "csv"), "table")
        _button(t("Report (.html)"), told, file_name(name, "html"), "description")


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
    """Whether the numbers are worth fetching."""
    return entry.operation == "Multiply" and any(map(may_be_gate, record.inputs))


def _verdict(ran: Ran, entry: MergeEntry) -> str:
    """How the gate of a merge fares; empty where there is none, or where the process is gone."""
    try:
        found = ran.session.tensors(ran.key, entry.id).result(_SECONDS)
        number = gate_number(entry.operation, found.inputs) if found else None
        return "" if found is None or number is None else t(health(found.inputs[number]).verdict)
    except (SandboxError, MergeError, TimeoutError):
        return ""
