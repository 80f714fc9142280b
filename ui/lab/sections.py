"""The parts of the Merge lab below the call: alignment, values or gradients, the error with its fixes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from core import MERGES, Fix, Merged, MergeError, align, gradients, merge
from core.dtypes import Array
from core.errors import Shape
from core.limits import check_elements, merge_elements
from core.merges.gradient_arithmetic import gradient_arithmetic
from core.merges.plan import Alignment
from core.merges.presets import PRESETS
from core.merges.rows import alignment_rows, error_rows
from core.merges.shape_text import format_shape
from ui import counters, session
from ui.hosting import budget
from ui.lab.backends import show_differences
from ui.lab.controls import Call, InputChoice, Options
from ui.lab.own_values import OWN
from ui.lab.paste import show_notes
from ui.lab.presets import FIRST, current_preset
from ui.state import parts
from ui.tensor_view import Selection, TensorView, default_axes, frame_of, tensor_view
from ui.text import plain, t
from ui.views import cached
from ui.views.alignment_line import alignment_line
from ui.views.alignment_table import alignment_table
from ui.views.folded import folded
from ui.views.keras_check import show_verdict
from ui.views.merge_view import gradient_view, values_view
from ui.views.numpy_note import show_numpy
from ui.views.refusal import show_message, show_refusal
from ui.views.selection import keep_selection, linked_selection

_SHARE = 0.33  # of the window's height for the panels: the call above and the calculation below take the rest


def show_alignment(call: Call) -> Alignment | None:
    """Draw the alignment in one line; for incompatible shapes the error, the reason and the fixes instead."""
    if call.shapes is None:
        st.info(t("The result appears here once all inputs are valid."))
        return None
    show_notes()
    options = call.options
    try:
        alignment = align(call.operation, call.shapes, axis=options.axis, axes=options.axes, backend=call.backend)
    except MergeError as error:
        counters.refused("shapes")
        if error.partial:
            alignment_line(error_rows(error), rejected=True, linked=MERGES[call.operation].rule != "dot")
        parts.stable_controls("refusal", _show_refusal, call)
        return None
    alignment_line(alignment_rows(alignment), linked=alignment.axes is None)
    _show_why()
    for warning in alignment.warnings:
        st.warning(plain(t(warning)), icon=":material/warning:")
    return alignment


def _show_why() -> None:
    """Say why the example is interesting, where the controls are those of one."""
    preset = current_preset()
    if preset:
        st.container(key="lab_why").caption(t(PRESETS[preset].why))


def compute(call: Call, alignment: Alignment) -> tuple[Merged, list[Array]] | None:
    """Return the output and the inputs of a merge; None, with the reason on screen, if there are no values."""
    if not alignment.known:
        st.info(t("None is a size that is not known yet. Enter a number to see values."))
        return None
    try:
        check_elements(alignment.shapes, alignment.output_shape)
        budget.reserve(merge_elements(alignment.shapes, alignment.output_shape))
        inputs = [_fill(entry, number, call.seed) for number, entry in enumerate(call.inputs)]
        merged = merge(call.operation, inputs, **call.keywords)
    except MergeError as error:
        counters.refused("limit")
        show_message(error)
        _show_differences_of_error(call)
        return None
    counters.merged(call.operation)
    return merged, inputs


def show_warnings(alignment: Alignment, merged: Merged) -> None:
    """Draw what the values have shown, beyond the shapes."""
    for warning in merged.warnings[len(alignment.warnings) :]:
        st.caption(":material/warning: " + plain(t(warning)))


def show_tensors(
    call: Call, merged: Merged, inputs: Sequence[Array], layer: str
) -> tuple[TensorView, Selection] | None:
    """Draw inputs and output, or the gradients with their arithmetic.

    Returns:
        What is on screen, for an export; None if there is nothing to draw.
    """
    if merged.value.size == 0:
        st.info(t("The output has no elements, since an axis has size 0. There is nothing to draw."))
        return None
    normalize = call.options.normalize
    if layer == "values":
        view = values_view(merged.alignment, [*inputs, merged.value], normalize=normalize)
    else:
        try:
            view = gradient_view(merged.alignment, inputs, merged.value, normalize)
        except MergeError as error:  # NumPy has no gradients
            show_message(error)
            return None
    view = replace(view, share=_SHARE)
    chosen = tensor_view(view, key=layer, selection=linked_selection(merged.value.ndim))
    keep_selection(chosen, default_axes(view, frame_of(view)), last_panel=len(inputs))
    if layer == "gradients":
        _show_gradient_arithmetic(call, merged.alignment, inputs, chosen)
    return view, chosen


def _show_gradient_arithmetic(call: Call, alignment: Alignment, inputs: Sequence[Array], chosen: Selection) -> None:
    """The chain rule for the pinned element of each input: 234 = 1 × 51 + 1 × 56 + 1 × 61 + 1 × 66."""
    if chosen.cell is None or len(chosen.cell) != len(alignment.output_shape):
        return
    flows = gradients(call.operation, inputs, **call.keywords)
    lines = []
    for number, entry in enumerate(alignment.inputs):
        index = _index_in(entry.shape, entry.inserted, chosen.cell) if alignment.axes is None else None
        if index is not None:
            equation = gradient_arithmetic(alignment, inputs, flows, number, index)
            shown = "(" + ", ".join(map(str, index)) + ("," if len(index) == 1 else "") + ")"
            lines.append(f"{t('gradient of input {number}', number=number)} {shown}: {equation}")
    if lines:
        st.code("\n".join(lines), language=None, wrap_lines=True)


def _index_in(shape: tuple[int | None, ...], inserted: int, cell: tuple[int, ...]) -> tuple[int, ...] | None:
    """The element of an input that lies at an element of the output; None outside of it (Concatenate)."""
    own = [cell[axis + (inserted if axis else 0)] for axis in range(len(shape))]
    index = tuple(0 if size == 1 else at for size, at in zip(shape, own, strict=True))
    return index if all(at < (size or 0) for size, at in zip(shape, index, strict=True)) else None


def show_check(call: Call, merged: Merged, inputs: Sequence[Array], layer: str) -> None:
    """Draw whether the installed Keras gives the same on the chosen backend, and which backends differ."""
    show_verdict(call.operation, inputs, merged, **call.keywords)
    with_gradients = layer == "gradients"
    parts.stable("differences", show_differences, call.operation, tuple(inputs), call.keywords, with_gradients)


def show_details(operation: str, shapes: Sequence[Shape], options: Options, alignment: Alignment) -> None:
    """Draw what is below the picture: the alignment as a table, and where NumPy differs."""
    show_numpy(operation, shapes, alignment.output_shape, axis=options.axis, axes=options.axes)
    inputs = ", ".join(map(str, alignment.shapes))
    st.markdown(f"{plain(inputs)} → {plain(str(alignment.output_shape))}")
    draw = partial(_show_table, alignment)
    folded(t("Alignment table"), "lab_table", draw, icon=":material/table:")


def _show_table(alignment: Alignment) -> None:
    alignment_table(alignment_rows(alignment))


def named_tensors(merged: Merged, inputs: Sequence[Array]) -> list[tuple[str, Array]]:
    """Return inputs and output with their names on screen."""
    named = [(t("input {number}", number=number), tensor) for number, tensor in enumerate(inputs)]
    return [*named, (t("output"), merged.value)]


def title_of(operation: str, shapes: Iterable[object]) -> str:
    """Return the merge in one line: Multiply (5, 1, 5) × (5, 4, 5)."""
    return f"{operation} {f' {MERGES[operation].symbol} '.join(map(str, shapes))}"


def _fill(entry: InputChoice, number: int, seed: int) -> Array:
    if entry.array is not None:
        return entry.array
    shape = tuple(size or 0 for size in entry.shape or ())
    return cached.sample(entry.fill, shape, number=number, seed=seed, dtype=entry.dtype, first=entry.start)


def apply_fix(fix: Fix) -> None:
    """Set the shapes and options of a fix; the callback of its button."""
    values: dict[str, object] = {"n": len(fix.shapes)}
    for number, shape in enumerate(fix.shapes):
        values[f"s{number}"] = format_shape(shape)
        if session.get(f"f{number}") in OWN:
            values[f"f{number}"] = FIRST.sample
    for name, value in getattr(fix, "options", {}).items():
        key = {"normalize": "norm"}.get(name, name)
        values[key] = ",".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
    session.put(values)


def _show_refusal(call: Call) -> None:
    """Draw the error of a call whose shapes are incompatible, with its fixes, and what NumPy and other backends do."""
    shapes, options = call.shapes or (), call.options
    try:
        align(call.operation, shapes, axis=options.axis, axes=options.axes, backend=call.backend)
    except MergeError as error:
        now = {"axis": options.axis, "axes": options.axes}
        before = partial(_verify_error, call)
        show_refusal(error, shapes, options=now, on_apply=apply_fix, before_fixes=before, beside=True)
    _show_why()
    show_numpy(call.operation, shapes, None, axis=options.axis, axes=options.axes)
    _show_differences_of_error(call)


def _verify_error(call: Call) -> None:
    """Ask Keras whether it rejects the inputs too; with tensors, since some messages name their dtypes."""
    inputs = _inputs_of_error(call)
    if inputs is None:
        return
    try:
        merge(call.operation, inputs, **call.keywords)
    except MergeError as error:
        if error.axes or error.fixes:
            show_verdict(call.operation, inputs, error, **call.keywords)


def _show_differences_of_error(call: Call) -> None:
    """Draw which backends accept what the chosen one rejects, or reject it with another error."""
    inputs = _inputs_of_error(call)
    if inputs is not None:
        show_differences(call.operation, inputs, call.keywords)


def _inputs_of_error(call: Call) -> list[Array] | None:
    """The inputs of a rejected merge; None where a size is not known or they are too large."""
    shapes = call.shapes or ()
    if any(None in shape for shape in shapes):
        return None
    try:
        check_elements(shapes, ())
    except MergeError:
        return None
    return [_fill(entry, number, call.seed) for number, entry in enumerate(call.inputs)]
