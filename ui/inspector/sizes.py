"""Which input sizes a model takes: the multiples of each open axis, and the padding for a size that does not fit."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.dtypes import Array
from core.errors import short
from sandbox.model_file.file import ModelFile
from sandbox.model_file.sizes import SizeAdvice, size_advice
from sandbox.model_run.input_arrays import usual_shape
from ui.inspector.controls import Choice
from ui.text import plain, t


def advice(choice: Choice, model: ModelFile, feeds: Mapping[str, Array]) -> list[SizeAdvice]:
    """For each input with open axes, whether the shape at hand fits; empty for a model of fixed sizes.

    Args:
        choice: of the model.
        model: as read.
        feeds: the input, by name.
    """
    open_inputs = [entry for entry in model.inputs if None in (entry.shape or ())[1:] and entry.name in feeds]
    return [_advice(choice.key, entry.name, feeds[entry.name].shape, model) for entry in open_inputs]


@st.cache_resource(scope="session", max_entries=8, show_spinner=False)
def _advice(key: str, name: str, shape: tuple[int, ...], _model: ModelFile) -> SizeAdvice:  # noqa: ARG001  # the key of the cache
    return size_advice(_model, name, shape)


def usual_shapes(choice: Choice, model: ModelFile) -> dict[str, tuple[int, ...]]:
    """A default shape for each input, one that fits as far as that is known."""
    found = {}
    for entry in model.inputs:
        shape = usual_shape(entry.shape or ())
        if None in (entry.shape or ())[1:]:
            shape = _advice(choice.key, entry.name, shape, model).padded or shape
        found[entry.name] = shape
    return found


def show_misfits(found: list[SizeAdvice]) -> None:
    """For each input whose size does not fit: why, the smallest padding, and the layer that pads."""
    for one in found:
        if one.fits:
            continue
        words = [t("The size {shape} of {name} does not fit this model.", shape=one.shape, name=short(one.input))]
        words += [_axis_words(one)] if one.axes else []
        if one.padded is not None:
            words.append(t("The next larger size that fits: {shape}.", shape=one.padded))
        st.warning(plain(" ".join(words)), icon=":material/straighten:")
        if one.code:
            st.caption(t("Pad the input, or put this layer in front of the model:"))
            st.code(one.code, language="python", wrap_lines=True)


def show_multiples(found: list[SizeAdvice]) -> None:
    """One line for each input on the sizes that it takes."""
    for one in found:
        if one.axes:
            st.caption(":material/straighten: " + plain(f"{short(one.input)}: {_axis_words(one)}"))


def _axis_words(one: SizeAdvice) -> str:
    """The multiples of each axis, such as "axis 1: multiples of 8, at least 8; axis 2: any size from 3"."""
    parts = [
        t("axis {axis}: any size from {least}", axis=sizes.axis, least=sizes.smallest)
        if sizes.multiple == 1
        else t(
            "axis {axis}: multiples of {multiple}, at least {least}",
            axis=sizes.axis, multiple=sizes.multiple, least=sizes.smallest,
        )
        for sizes in one.axes
    ]  # fmt: skip
    return "; ".join(parts) + "."
