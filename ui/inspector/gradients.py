"""Gradients of one element of the model's output with respect to the operands of a merge."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import MergeError
from core.dtypes import Array
from core.errors import Shape, invalid_request, short, shown
from ui.inspector.recorded import Tensors, operand_name
from ui.inspector.summary_table import figures_of, figures_table
from ui.inspector.values import side_by_side
from ui.tensor_view import Panel, TensorView, tensor_view
from ui.text import plain, t
from ui.views.merge_view import places_on_output, translated_words


def read_cell(typed: str, shape: Shape) -> tuple[int, ...]:
    """An index as typed, such as 0, 80, 80, 0.

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
            "{text} is not an index of the output {shape}; the last one is {last}.",
            text=shown(typed),
            shape=shape,
            last=last,
        )
    return tuple(numbers)


def operands_with_gradient(tensors: Tensors, gradients: Sequence[Array]) -> list[int]:
    """The operands that the gradients belong to: a constant array in the merge has none.

    Args:
        tensors: of the merge.
        gradients: in the order of the operands, those of constants left out.
    """
    numbers = list(range(len(tensors.inputs)))
    if len(gradients) == len(numbers):
        return numbers
    variable = [number for number in numbers if _is_tensor(tensors, number)]
    return variable[: len(gradients)]


def _is_tensor(tensors: Tensors, number: int) -> bool:
    return number >= len(tensors.entry.inputs) or bool(tensors.entry.inputs[number].source)


def show_gradients(
    tensors: Tensors, gradients: Sequence[Array], output: str, cell: Sequence[int], value: float
) -> None:
    """Draw the gradient of each operand.

    Args:
        tensors: of the merge.
        gradients: one for each operand that is a tensor, of its shape.
        output: name of the model's output.
        cell: index of the element in it.
        value: of that element.
    """
    where = ", ".join(map(str, cell))
    st.caption(t("Gradient of {output}[{index}] = {value} with respect to each input here.",
                 output=plain(short(output)), index=where, value=f"{value:.4g}"))  # fmt: skip
    numbers = operands_with_gradient(tensors, gradients)
    names = [t("gradient of {name}", name=operand_name(tensors.entry, number)) for number in numbers]
    tensor_view(_view(tensors, gradients, numbers, names), key="merge_gradients")
    constant = [operand_name(tensors.entry, n) for n in range(len(tensors.inputs)) if n not in numbers]
    if constant:
        st.caption(t("A constant has no gradient: {names}.", names=plain(", ".join(constant))))
    figures_table(names, [figures_of(gradient) for gradient in gradients[: len(numbers)]])


def _view(tensors: Tensors, gradients: Sequence[Array], numbers: Sequence[int], names: Sequence[str]) -> TensorView:
    shown_gradients = gradients[: len(numbers)]
    try:
        axes = places_on_output(tensors.alignment())
        panels = [
            Panel(name, gradient, axes=axes[number])
            for name, gradient, number in zip(names, shown_gradients, numbers, strict=True)
        ]
    except (MergeError, ValueError):
        return side_by_side(names, shown_gradients)
    return TensorView(tuple(panels), words=translated_words())
