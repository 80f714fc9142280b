"""The merges of a model as rows of the list, and the filters over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core import MERGES, Alignment
from core.errors import Shape, short
from sandbox.model_file.entries import MergeEntry
from ui.inspector.merge_list import MergeRow, Size
from ui.text import t

_COLOURED = ("stretched", "inserted", "joined", "contracted")


@dataclass(frozen=True)
class Filters:
    """The filters of the list.

    Attributes:
        text: part of the name, the path or the class; case is ignored.
        operation: name of a merge, or "all".
        only: "all", "stretch" or "attention".
    """

    text: str = ""
    operation: str = "all"
    only: str = "all"


def narrowed(merges: Sequence[MergeEntry], filters: Filters) -> tuple[MergeEntry, ...]:
    """The merges that match the filters, in their order."""
    wanted = filters.text.strip().casefold()
    return tuple(
        entry
        for entry in merges
        if wanted in f"{entry.id} {entry.layer_class}".casefold()
        and filters.operation in ("all", entry.operation)
        and {"all": True, "stretch": entry.stretches, "attention": entry.attention_like}[filters.only]
    )


def merge_rows(
    merges: Sequence[MergeEntry], chosen: str, thumbs: Mapping[str, str], failed: str = ""
) -> list[MergeRow]:
    """One row for each merge.

    Args:
        merges: in the order of the graph.
        chosen: id of the selected one.
        thumbs: by id, small pictures of the outputs after a run.
        failed: id of the one at which the run ended.
    """
    return [
        MergeRow(
            id=entry.id,
            name=title(entry),
            operation=written(entry),
            sign=MERGES[entry.operation].symbol,
            between=MERGES[entry.operation].symbol,
            shapes=_shapes(entry),
            note=note(entry) if entry.id != failed else t("The run ended here."),
            thumb=thumbs.get(entry.id, ""),
            fault=entry.error is not None or entry.id == failed,
            chosen=entry.id == chosen,
        )
        for entry in merges
    ]


def title(entry: MergeEntry) -> str:
    """The name with the nested models that contain it, and which call it is."""
    return short(entry.id)


def written(entry: MergeEntry) -> str:
    """How the merge is written: Multiply, `x * y`, ops.multiply."""
    if entry.kind == "layer":
        return entry.operation
    signs = {"Add": "+", "Subtract": "-", "Multiply": "*"}
    sign = signs.get(entry.operation, "")
    return f"x {sign} y" if entry.kind == "operator" and sign else f"ops.{MERGES[entry.operation].function}"


def note(entry: MergeEntry) -> str:
    """Which inputs are broadcast along which axes, or that the shapes are incompatible."""
    if entry.error is not None:
        return t("Incompatible shapes")
    parts = [
        t("input {number} is broadcast along axis {axes}", number=number, axes=", ".join(map(str, axes)))
        for number, axes in enumerate(entry.stretched_axes)
        if axes
    ]
    return " · ".join(parts)


def _shapes(entry: MergeEntry) -> tuple[tuple[Size, ...], ...]:
    if entry.alignment is not None:
        return _aligned(entry.alignment)
    return tuple(_plain(shape) for shape in (*entry.input_shapes, entry.output_shape))


def _aligned(alignment: Alignment) -> tuple[tuple[Size, ...], ...]:
    inputs = tuple(
        tuple(
            Size(written_size(size), role if role in _COLOURED else "")
            for size, role in zip(entry.expanded_shape, entry.roles, strict=True)
        )
        for entry in alignment.inputs
    )
    return (*inputs, _plain(alignment.output_shape))


def _plain(shape: Shape | None) -> tuple[Size, ...]:
    return (Size("…"),) if shape is None else tuple(Size(written_size(size)) for size in shape)


def written_size(size: int | None) -> str:
    """A size; an unknown one as None, as Keras writes it."""
    return str(size)


def table(merges: Sequence[MergeEntry]) -> list[list[str]]:
    """The merges as rows of text, the heading first: for a file."""
    heading = [
        t("Number"), t("Merge"), t("Operation"), t("Written as"), t("Shapes in"), t("Shape out"), t("Broadcast"),
    ]  # fmt: skip
    rows = [
        [
            str(number), entry.id, entry.operation, written(entry),
            " ; ".join(map(str, entry.input_shapes)), str(entry.output_shape), note(entry),
        ]
        for number, entry in enumerate(merges)
    ]  # fmt: skip
    return [heading, *rows]
