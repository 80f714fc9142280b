"""Starts a survey on the person's own machine, as the command would, and shows how far it is."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import streamlit as st

from core import MergeError
from survey.results import open_results
from survey.store import stored_plan, stored_shards
from ui import session
from ui.state import link, parts
from ui.survey.controls import FOLDER
from ui.survey.opening import is_local
from ui.text import plain, t

_ROOT = Path(__file__).parents[2]
_RUNNING = "survey_running"
_PRESSED = "survey_pressed"  # how often the button was
_EVERY = 2.0  # seconds between two looks at the folder
_SHOWN = 300  # characters of what the command printed


@dataclass(frozen=True, eq=False)
class _Running:
    """A survey that this session has started.

    Attributes:
        process: of the command.
        folder: of its results.
        log: what it prints.
    """

    process: subprocess.Popen[bytes]
    folder: Path
    log: Path


def show_start() -> None:
    """A form that starts a survey, and its progress; nothing where a folder cannot be opened."""
    if not is_local():
        return
    if session.get(_RUNNING) is not None:
        parts.part("start", _show_start)
    else:
        parts.stable("start", _show_pressed, session.get(_PRESSED, 0))


def _show_pressed(pressed: int) -> None:  # noqa: ARG001  # what was said when it was pressed goes with the next act
    _show_start()


def _show_start() -> None:
    with st.expander(t("Start a survey"), icon=":material/play_arrow:", expanded=session.get(_RUNNING) is not None):
        if not _has_dask():
            st.info(t("A survey needs Dask: pip install -r requirements-survey.txt. Results open without it."))
            return
        with st.form("survey_start", border=False):
            model = st.text_input(
                t("Model file"), str(_ROOT / "assets" / "attention_unet.keras"), key="survey_model", max_chars=500
            )
            data = st.text_input(
                t("Images: a folder, .npy, .npz or seeds"), "seeds:8000000-8000999", key="survey_data", max_chars=500
            )
            masks = st.text_input(t("Folder of masks (optional)"), key="survey_masks", max_chars=500)
            out = st.text_input(t("Folder for the results"), key="survey_out", max_chars=500)
            asked = st.form_submit_button(t("Start"), icon=":material/play_arrow:")
        if asked:
            session.put({_PRESSED: session.get(_PRESSED, 0) + 1})
        if asked and out.strip():
            _start(model, data, masks, Path(out).expanduser())
        elif asked:
            st.warning(t("Name a folder for the results."))
        if session.get(_RUNNING) is not None:
            _show_progress()


@cache
def _has_dask() -> bool:
    return find_spec("distributed") is not None


def _start(model: str, data: str, masks: str, folder: Path) -> None:
    held = session.get(_RUNNING)
    if isinstance(held, _Running) and held.process.poll() is None:
        st.warning(t("A survey is running; stop it first."))
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        log = folder / "log.txt"
        command = [sys.executable, "-m", "survey", f"--out={folder}", *([f"--masks={masks}"] if masks else []), "--"]
        with log.open("wb") as file:
            process = subprocess.Popen(
                [*command, model, data], cwd=_ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=file,
                start_new_session=os.name == "posix",
            )  # fmt: skip
    except OSError as error:
        st.error(plain(t("{folder} cannot be written: {reason}.", folder=folder.name[:60], reason=str(error.strerror))))
        return
    session.put({_RUNNING: _Running(process, folder, log)})


@st.fragment(run_every=_EVERY)
def _show_progress() -> None:
    held = session.get(_RUNNING)
    if not isinstance(held, _Running):
        return
    code = held.process.poll()
    st.progress(_share(held.folder), t("Running …") if code is None else t("Done") if code == 0 else t("Stopped"))
    if code is None:
        st.button(t("Stop"), key="survey_stop", on_click=held.process.terminate, icon=":material/stop:")
    elif code and held.log.exists():
        st.code(held.log.read_text(encoding="utf-8", errors="replace")[-_SHOWN:], language=None, wrap_lines=True)
    if st.button(t("Open its results"), key="survey_show", icon=":material/folder_open:"):
        session.put({_RUNNING: None} if code is not None else {})
        session.put({"survey_next": str(held.folder)})
        link.draw_again()


def take_next() -> None:
    """Choose the folder that was asked for by the button above, before its control is drawn."""
    folder = session.get("survey_next")
    if folder:
        session.put({FOLDER: folder, "from": "folder", "survey_next": ""})


def _share(folder: Path) -> float:
    """How much of the survey is stored, 0 to 1."""
    try:
        plan = stored_plan(folder)
        if plan is None:
            return 0.0
        stored = len(stored_shards(folder, plan))
        return stored / max(1, plan.shards) if stored else float(open_results(folder).complete)
    except MergeError:
        return 0.0
