"""Gradients of one number of the model's output back to the operands of a merge."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import MergeError
from core.dtypes import Array
from core.errors import Shape, invalid_request
from ui.inspector.summary_table import figures_of, figures_table
from ui.inspector.values import Tensors, operand_name, side_by_side
from ui.tensor_view import Panel, TensorView, tensor_view
from ui.text import plain, short, t
from ui.views.merge_view import places_on_output, translated_words

_LONGEST = 60  # characters of an index


def read_cell(typed: str, shape: Shape) -> tuple[int, ...]:
    """An index that was typed, such as 0, 80, 80, 0.

    Raises:
        MergeError: says what an index of this output looks like.
    """
    parts = [part.strip() for part in typed.strip().strip("()[]").split(",") if part.strip()]
    numbers = [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 9]
    fits = len(numbers) == len(parts) == len(shape) and all(
        size is None or at < size for at, size in zip(numbers, shape, strict=True)
    )
    if not fits:
        last = ", ".join(str((size or 1) - 1) for size in shape)
        raise invalid_request(
            "{text} is no index of the output {shape}; the last one is {last}.",
            text=repr(typed)[:_LONGEST],
            shape=shape,
            last=last,
        )
    return tuple(numbers)


def show_gradients(
    tensors: Tensors, gradients: Sequence[Array], output: str, cell: Sequence[int], value: float
) -> None:
    """Draw what arrives at each operand.

    Args:
        tensors: of the merge.
        gradients: one for each operand, of its shape.
        output: name of the model's output.
        cell: index of the number that is asked about.
        value: that number.
    """
    where = ", ".join(map(str, cell))
    st.caption(t("How {output} [{index}] = {value} would change with each number that goes in here.",
                 output=plain(short(output)), index=where, value=f"{value:.4g}"))  # fmt: skip
    names = [t("gradient of {name}", name=operand_name(tensors.entry, number)) for number in range(len(gradients))]
    tensor_view(_view(tensors, gradients, names), key="merge_gradients")
    figures_table(names, [figures_of(gradient) for gradient in gradients])


def _view(tensors: Tensors, gradients: Sequence[Array], names: Sequence[str]) -> TensorView:
    try:
        places = places_on_output(tensors.alignment())
    except (MergeError, ValueError):
        return side_by_side(names, gradients)
    panels = [Panel(name, gradient, axes=axes) for name, gradient, axes in zip(names, gradients, places, strict=True)]
    return TensorView(tuple(panels), words=translated_words())
