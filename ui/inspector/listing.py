"""The lists on screen: merges with their filters, and the other calls in which tensors meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from core.errors import Shape, short
from sandbox.model_file.file import JoinEntry, MergeEntry, ModelFile
from ui.inspector import controls
from ui.inspector.merge_list import merge_list
from ui.inspector.opening import usual_merge
from ui.inspector.rows import Filters, merge_rows, narrowed
from ui.state import parts
from ui.text import plain, t

_MOST = 40  # calls of each list that are shown


def chosen_merge(model: ModelFile) -> MergeEntry | None:
    """The chosen merge; None if the model has none."""
    ids = [entry.id for entry in model.merges]
    return model.merge(controls.chosen_merge(ids, usual_merge(model))) if ids else None


def show_list(
    model: ModelFile, filters: Filters, chosen: MergeEntry | None, thumbs: Mapping[str, str], failed: str
) -> None:
    """Draw the list.

    Args:
        model: whose merges are listed.
        filters: that the merges match.
        chosen: the selected merge.
        thumbs: by id, small pictures of the outputs after a run.
        failed: id of the merge at which the run ended, or empty.
    """
    found = narrowed(model.merges, filters)
    parts.stable_controls("list", _list, found, len(model.merges), chosen.id if chosen else "", thumbs, failed)


def _list(found: Sequence[MergeEntry], count: int, chosen: str, thumbs: Mapping[str, str], failed: str) -> None:
    if len(found) < count:
        st.caption(t("{count} of {all} merges", count=len(found), all=count))
    if not found:
        st.info(t("No merge of this model matches the filters."))
        return
    merge_list(merge_rows(found, chosen, thumbs, failed), key=controls.LIST, on_choose=controls.keep_merge)


def show_nothing_meets(model: ModelFile) -> None:
    """What to say of a model without merges: whether tensors meet in it in another way, and what to do."""
    if model.nothing_meets:
        st.info(t("No two tensors meet in this model: it has no merge layer and no operation on several tensors."))
    elif not model.joins:
        st.info(
            t(
                "No merge was found. Tensors may meet in code that is not read: {names}.",
                names=plain(_names(model.unread)),
            )
        )
    else:
        st.info(t("This model has no merge layer, but tensors meet in it in other ways. They are listed here."))


def show_others(model: ModelFile) -> None:
    """The other calls in which tensors meet, by kind; nothing if there are none."""
    titles = {
        "code": t("Tensors meet in code that cannot be read"),
        "layer": t("Layers that combine tensors inside"),
        "operation": t("Other operations on several tensors"),
    }
    for kind, title in titles.items():
        entries = [entry for entry in model.joins if entry.kind == kind]
        if entries:
            st.markdown(f"**{title}**")
            st.markdown("\n".join(f"- {_line(entry)}" for entry in entries[:_MOST]))
            if len(entries) > _MOST:
                st.caption(t("and {count} more", count=len(entries) - _MOST))
    if model.unread and model.joins:
        st.caption(
            t("Code on one tensor, in which tensors may meet unseen: {names}.", names=plain(_names(model.unread)))
        )
    if model.masks:
        st.caption(t("Operations on masks alone, in no list: {count}.", count=len(model.masks)))


def _line(entry: JoinEntry) -> str:
    """Name, class, number of inputs, shapes."""
    inputs = [operand for operand in entry.inputs if operand.source]
    kind = f"{short(entry.class_name)}, {entry.mode}" if entry.mode else short(entry.class_name)
    shapes = ", ".join(_shape(operand.shape) for operand in inputs)
    counted = t("{count} inputs", count=len(inputs))
    return plain(f"{short(entry.id)} ({kind}), {counted}: {shapes} → {_shape(entry.output_shape)}")


def _shape(shape: Shape | None) -> str:
    return "?" if shape is None else str(shape)


def _names(ids: Sequence[str]) -> str:
    names = ", ".join(short(name) for name in ids[:6])
    return names + (" …" if len(ids) > 6 else "")
