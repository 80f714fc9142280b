"""The values of a merge as a tensor view: operands, their sign, and the result."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..dtypes import Array
from ..gates import channels
from ..merges.operations import MERGES
from ..merges.plan import Alignment
from ..sentences import Sentence
from .model import Order, Panel, Scale, TensorView
from .scales import shared_scale
from .words import WORDS


def values_view(
    alignment: Alignment,
    tensors: Sequence[Array],
    *,
    translate: Callable[[str], str] = str,
    normalize: bool = False,
    gallery: bool = True,
) -> TensorView:
    """Operands, their sign, and the result; pointing at an element shows where it comes from.

    Args:
        alignment: of the operands.
        tensors: the operands, then the result.
        translate: returns a text in the language of the screen; English by default.
        normalize: of Dot.
        gallery: whether all slices are shown below the panels.
    """
    sign = MERGES[alignment.operation].symbol
    panels = [
        Panel(translate(Sentence("input {number}", number=number)), tensor, symbol=sign if number else "")
        for number, tensor in enumerate(tensors[:-1])
    ]
    panels.append(Panel(translate(Sentence("output")), tensors[-1], symbol="="))
    return TensorView(
        shared_scale(alignment.operation, panels),
        alignment,
        derived=True,
        normalize=normalize,
        scale=Scale(range="channel" if tensors[-1].ndim < 4 else "tensor"),
        orders=_orders(tensors, translate) if tensors[-1].ndim > 2 else (),
        words=_words(translate),
        gallery=gallery,
    )


def side_by_side(
    names: Sequence[str],
    tensors: Sequence[Array],
    symbols: Sequence[str] = (),
    *,
    translate: Callable[[str], str] = str,
) -> TensorView:
    """Tensors next to each other, linked by their trailing axes alone.

    Args:
        names: of the tensors.
        tensors: one for each name.
        symbols: drawn before each; none by default.
        translate: returns a text in the language of the screen; English by default.
    """
    rank = max(tensor.ndim for tensor in tensors)
    panels = tuple(
        Panel(name, tensor, symbol=symbol, axes=tuple(range(rank - tensor.ndim, rank)))
        for name, tensor, symbol in zip(names, tensors, symbols or [""] * len(tensors), strict=True)
    )
    return TensorView(panels, words=_words(translate))


def _words(translate: Callable[[str], str]) -> dict[str, str]:
    return {name: translate(text) for name, text in WORDS.items()}


def _orders(tensors: Sequence[Array], translate: Callable[[str], str]) -> tuple[Order, ...]:
    """Of the channels of the result: by what they hold, and by how far they are from the first input."""
    result, first = tensors[-1], tensors[0]
    found = [Order("energy", translate(Sentence("by energy")), channels.order(channels.energy(result)))]
    if first.shape == result.shape:
        change = channels.change(first, result)
        found.append(Order("change", translate(Sentence("by change")), channels.order(change)))
    maps = [tensor for tensor in tensors[1:-1] if tensor.shape == (*result.shape[:-1], 1)]
    if maps:
        agreement = channels.agreement(first if first.shape == result.shape else result, maps[0])
        title = translate(Sentence("by agreement with the map"))
        found.append(Order("agreement", title, channels.order(agreement)))
    return tuple(found)
