"""`show`: the linked view of a merge, or the reason why there is no result."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from .arrays import as_numpy, backend_of
from .engine import (
    Array,
    MergeError,
    Sentence,
    TensorView,
    align,
    check_elements,
    invalid_request,
    merge,
    side_by_side,
    values_view,
)
from .language import translated

if TYPE_CHECKING:
    from .widget import TensorWidget


FIXES = Sentence("Fixes:")


class Mismatch:
    """Why a merge has no result: Keras's message, the reason, and the fixes with their code.

    Attributes:
        error: the same as data.
    """

    def __init__(self, error: MergeError) -> None:
        self.error = error

    def __repr__(self) -> str:
        """As text, for a terminal."""
        lines = [str(self.error.keras_message)]
        if self.error.explanation != self.error.keras_message:
            lines.append(translated(self.error.explanation))
        lines += ["", translated(FIXES)] if self.error.fixes else []
        for fix in self.error.fixes:
            lines += [f"  {translated(fix.text)}", *(f"      {line}" for line in fix.code.splitlines())]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """For a notebook; every text is escaped."""
        message, reason = self.error.keras_message, self.error.explanation
        parts = [f"<pre><code>{escape(str(message))}</code></pre>"]
        parts += [f"<p>{escape(translated(reason))}</p>"] if reason != message else []
        for fix in self.error.fixes:
            code = f"<pre><code>{escape(fix.code)}</code></pre>" if fix.code else ""
            parts.append(f"<li>{escape(translated(fix.text))}{code}</li>")
        fixes = [f"<p><b>{escape(translated(FIXES))}</b></p><ul>"] if self.error.fixes else []
        count = len(parts) - len(self.error.fixes)
        return "".join([*parts[:count], *fixes, *parts[count:], "</ul>" if fixes else ""])


def show(
    *given: Any,
    axis: int = -1,
    axes: Any = -1,
    normalize: bool = False,
    backend: str | None = None,
    strict: bool = False,
) -> TensorWidget | Mismatch:
    """Show a merge as in the app: hover, pin, go through the channels, all slices, keyboard.

    Args:
        given: the name of a merge ("Multiply" if there is none), then one array for each input, batch axis first; of
            NumPy, PyTorch, JAX or TensorFlow; or a list of these arrays, as Keras's layers take them. A single array is
            shown by itself.
        axis: of Concatenate.
        axes: of Dot: one for both inputs, or a pair.
        normalize: whether Dot divides each input by its L2 norm first.
        backend: that Keras runs on, a name in `core.BACKENDS`; by default that of the arrays, for NumPy "tensorflow".
        strict: raise the error of incompatible shapes instead of showing it.

    Returns:
        A widget; its `selection` is what the person looks at. For incompatible shapes a `Mismatch`, which a notebook
        shows as text with the fixes.

    Raises:
        MergeError: with `strict`, the shapes are incompatible; always, if what was given is no array.
    """
    operation, *arrays = given if given and isinstance(given[0], str) else ("Multiply", *given)
    if len(arrays) == 1 and isinstance(arrays[0], (list, tuple)) and all(hasattr(one, "shape") for one in arrays[0]):
        arrays = list(arrays[0])
    if not arrays:
        raise invalid_request("There is nothing to show: pass one or more arrays, such as show('Multiply', x, a).")
    engine = backend_of(tuple(arrays)) if backend is None else backend
    tensors = [_real(as_numpy(one)) for one in arrays]
    if len(tensors) == 1 and not isinstance(given[0], str):
        return widget_of(side_by_side([""], tensors, translate=translated))
    try:
        view = _merge_view(operation, tensors, engine, axis=axis, axes=axes, normalize=normalize)
    except MergeError as error:
        if strict:
            raise
        return Mismatch(error)
    return widget_of(view)


def _real(array: Array) -> Array:
    if array.dtype.kind == "c":
        raise invalid_request("Complex numbers cannot be drawn. Pass np.abs(x), x.real or x.imag.")
    return array


def _merge_view(
    operation: str, tensors: Sequence[Array], backend: str, *, axis: int, axes: Any, normalize: bool
) -> TensorView:
    """Sizes are checked before anything is computed."""
    shapes = [tensor.shape for tensor in tensors]
    check_elements(shapes, align(operation, shapes, axis=axis, axes=axes, backend=backend).output_shape)
    merged = merge(operation, tensors, axis=axis, axes=axes, normalize=normalize, backend=backend)
    return values_view(merged.alignment, [*tensors, merged.value], translate=translated, normalize=normalize)


def widget_of(view: TensorView) -> TensorWidget:
    """The widget that draws a view.

    Raises:
        ImportError: anywidget is not installed.
    """
    from .widget import TensorWidget  # noqa: PLC0415  # recording needs no widget

    return TensorWidget(view)
