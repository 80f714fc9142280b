"""The list of merges on screen, with its filters."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core import MERGES
from sandbox.model_file.file import MergeEntry, ModelFile
from ui.inspector import controls
from ui.inspector.opening import usual_merge
from ui.inspector.rows import Filters, merge_rows, narrowed
from ui.merge_list import merge_list
from ui.text import t


def chosen_merge(model: ModelFile) -> MergeEntry | None:
    """The merge that is looked at; None where the model has none."""
    ids = [entry.id for entry in model.merges]
    return model.merge(controls.chosen_merge(ids, usual_merge(model))) if ids else None


def show_list(model: ModelFile, chosen: MergeEntry | None, thumbs: Mapping[str, str], failed: str) -> None:
    """Draw filters and list.

    Args:
        model: whose merges are listed.
        chosen: the merge that is looked at.
        thumbs: by id, small pictures of the outputs once the model has run.
        failed: id of the merge at which the run ended, or empty.
    """
    present = {entry.operation for entry in model.merges}
    text, operation, only = controls.pick_filters([name for name in MERGES if name in present])
    found = narrowed(model.merges, Filters(text, operation, only))
    if not found:
        st.info(t("No merge of this model fits the filters."))
        return
    if len(found) < len(model.merges):
        st.caption(t("{count} of {all} merges", count=len(found), all=len(model.merges)))
    rows = merge_rows(found, chosen.id if chosen else "", thumbs, failed)
    merge_list(rows, key=controls.LIST, on_choose=controls.keep_merge)
