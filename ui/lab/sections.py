"""The parts of the Merge lab: what was chosen becomes a result, or a refusal with its fixes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from core import DIALECTS, MERGES, Merged, MergeError, align, merge, snippet
from core.dtypes import Array
from core.errors import Shape
from core.limits import check_elements
from core.merges.plan import Alignment
from core.merges.rows import alignment_rows, error_rows
from core.merges.samples import sample_code
from ui import counters
from ui.lab.controls import InputChoice, Options, apply_fix
from ui.text import plain, t
from ui.views import cached
from ui.views.alignment_table import alignment_table
from ui.views.keras_check import show_verdict
from ui.views.numpy_note import show_numpy
from ui.views.refusal import show_message, show_refusal


@dataclass(frozen=True)
class Request:
    """Everything that was chosen."""

    operation: str
    function_form: bool
    inputs: tuple[InputChoice, ...]
    options: Options
    seed: int

    @property
    def shapes(self) -> tuple[Shape, ...] | None:
        """The shapes, if all of them can be read."""
        shapes = tuple(entry.shape for entry in self.inputs if entry.shape is not None)
        return shapes if len(shapes) == len(self.inputs) and self.options.valid else None


def show_alignment(request: Request) -> Alignment | None:
    """Draw how the inputs line up; where they do not fit, why not and what would."""
    if request.shapes is None:
        st.info(t("The result appears here as soon as everything on the left can be read."))
        return None
    options = request.options
    try:
        alignment = align(request.operation, request.shapes, axis=options.axis, axes=options.axes)
    except MergeError as error:
        counters.refused("shapes")
        _show_refusal(request, error)
        show_numpy(request.operation, request.shapes, None, axis=options.axis, axes=options.axes)
        return None
    inputs = ", ".join(map(str, alignment.shapes))
    st.markdown(f"#### {plain(inputs)} → {plain(str(alignment.output_shape))}")
    alignment_table(alignment_rows(alignment))
    for warning in alignment.warnings:
        st.warning(plain(t(warning)), icon=":material/warning:")
    show_numpy(request.operation, request.shapes, alignment.output_shape, axis=options.axis, axes=options.axes)
    return alignment


def compute(request: Request, alignment: Alignment) -> tuple[Merged, list[Array]] | None:
    """The values of a merge that fits, and the inputs that made them; None, with the reason on screen, otherwise."""
    if not alignment.known:
        st.info(t("None stands for a size that is not known yet; type a number to see values."))
        return None
    try:
        check_elements(alignment.shapes, alignment.output_shape)
        inputs = [_fill(entry, number, request.seed) for number, entry in enumerate(request.inputs)]
        merged = merge(request.operation, inputs, **request.options.keywords)
    except MergeError as error:
        counters.refused("limit")
        show_message(error)
        return None
    counters.merged(request.operation)
    show_verdict(request.operation, inputs, merged, **request.options.keywords)
    for warning in merged.warnings[len(alignment.warnings) :]:
        st.caption(":material/info: " + plain(t(warning)))
    return merged, inputs


def named_tensors(merged: Merged, inputs: Sequence[Array]) -> list[tuple[str, Array]]:
    """Inputs and output with their names on screen."""
    named = [(t("input {number}", number=number), tensor) for number, tensor in enumerate(inputs)]
    return [*named, (t("output"), merged.value)]


def show_code(request: Request) -> None:
    """The state on screen as code, in each dialect."""
    if request.shapes is None:
        return
    st.markdown("#### " + t("Code"))
    first = "keras-function" if request.function_form else "keras-layer"
    names = sorted(DIALECTS, key=lambda name: name != first)
    for tab, name in zip(st.tabs([DIALECTS[name].title for name in names]), names, strict=True):
        with tab:
            _show_snippet(request, name)


def title_of(operation: str, shapes: Iterable[object]) -> str:
    """What is on screen, in one line: Multiply (5, 1, 5) × (5, 4, 5)."""
    return f"{operation} {f' {MERGES[operation].symbol} '.join(map(str, shapes))}"


def codes_of(request: Request) -> dict[str, str]:
    """The state on screen as code, by the title of the dialect, the form that was chosen first."""
    first, found = "keras-function" if request.function_form else "keras-layer", {}
    for name in sorted(DIALECTS, key=lambda name: name != first):
        with contextlib.suppress(MergeError):
            found[DIALECTS[name].title] = _snippet(request, name)
    return found


def _show_snippet(request: Request, dialect: str) -> None:
    try:
        code = _snippet(request, dialect)
    except MergeError as error:
        st.caption(plain(t(error.explanation)))
        return
    st.code(code, language="python", wrap_lines=True)  # a region that scrolls sideways cannot be reached by keyboard


def _snippet(request: Request, dialect: str) -> str:
    return snippet(
        request.operation,
        request.shapes or (),
        dialect,
        **request.options.keywords,
        dtypes=[entry.dtype for entry in request.inputs],
        inputs=_expressions(request),
    )


def _expressions(request: Request) -> list[str] | None:
    if any(None in (entry.shape or ()) for entry in request.inputs):
        return None
    return [
        f'np.load("input_{number}.npy")  # your own values'
        if entry.array is not None
        else sample_code(
            entry.fill,
            tuple(size or 0 for size in entry.shape or ()),
            number=number,
            seed=request.seed,
            dtype=entry.dtype,
        )
        for number, entry in enumerate(request.inputs)
    ]


def _fill(entry: InputChoice, number: int, seed: int) -> Array:
    if entry.array is not None:
        return entry.array
    shape = tuple(size or 0 for size in entry.shape or ())
    return cached.sample(entry.fill, shape, number=number, seed=seed, dtype=entry.dtype)


def _show_refusal(request: Request, error: MergeError) -> None:
    shapes = request.shapes or ()
    st.markdown("#### " + plain(", ".join(map(str, shapes))) + " → " + t("error"))
    show_refusal(
        error,
        shapes,
        rows=error_rows(error),
        on_apply=apply_fix,
        before_fixes=partial(_verify_refusal, request),
    )


def _verify_refusal(request: Request) -> None:
    """Ask Keras whether it refuses too; with tensors, since a layer words some errors by their dtypes."""
    shapes = request.shapes or ()
    if any(None in shape for shape in shapes):
        return
    try:
        check_elements(shapes, ())
        inputs = [_fill(entry, number, request.seed) for number, entry in enumerate(request.inputs)]
        merge(request.operation, inputs, **request.options.keywords)
    except MergeError as refusal:
        if refusal.axes or refusal.fixes:
            show_verdict(request.operation, inputs, refusal, **request.options.keywords)
