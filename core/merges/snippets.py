"""A merge as code that runs: Keras layer, Keras function, NumPy, PyTorch, JAX.

NumPy, PyTorch and JAX broadcast by their own rule, so their code makes the axes that Keras inserts explicit, and the
casts of the backend that Keras runs on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import Shape, invalid_request, shown
from .align import align_row, check_shapes
from .backends import TENSORFLOW, Backend, find_backend
from .dialects import DIALECTS, plain_lines
from .operations import Operation, find
from .plan import Alignment
from .samples import sample_code

_UNKNOWN = 2  # replaces None where a library needs a size and no other input gives it
_PLAIN = frozenset({"numpy", "torch", "jax"})


def snippet(
    operation: str,
    shapes: Sequence[Sequence[int | None]],
    dialect: str,
    *,
    axis: int = -1,
    axes: Any = -1,
    normalize: bool = False,
    dtypes: Sequence[str] | None = None,
    inputs: Sequence[str] | None = None,
    backend: str = "tensorflow",
) -> str:
    """Code that leaves the result in `y` and prints its shape.

    Args:
        operation: name of a merge, `core.MERGES`.
        shapes: one per input.
        dialect: out of `DIALECTS`.
        axis: of Concatenate.
        axes: of Dot.
        normalize: whether Dot divides each input by its L2 norm first.
        dtypes: of the inputs; float32 by default.
        inputs: one NumPy expression per input; counting samples by default.
        backend: that Keras runs on, a name in `core.BACKENDS`; another than TensorFlow is chosen in the first lines.

    Raises:
        MergeError: unknown dialect; or, except for the two of Keras, incompatible shapes.
    """
    if dialect not in DIALECTS:
        raise invalid_request(
            "There is no dialect {name}; choose one of {names}.", name=shown(dialect), names=", ".join(DIALECTS)
        )
    row, engine = find(operation), find_backend(backend)
    checked = check_shapes(row, shapes)
    kinds = _one_dtype_each(dtypes, len(checked))
    if dialect in _PLAIN:
        alignment = _known_alignment(row, checked, axis, axes, engine)
        return _plain_code(row, dialect, alignment, kinds, inputs, normalize)
    made = _keras_inputs(checked, kinds, inputs)
    return _keras_code(dialect, made, _keras_call(row, dialect, len(checked), axis, axes, normalize), engine)


def _one_dtype_each(dtypes: Sequence[str] | None, count: int) -> list[str]:
    """The dtype of each input, float32 by default.

    Raises:
        MergeError: another number of dtypes than of inputs.
    """
    kinds = list(dtypes or ["float32"] * count)
    if len(kinds) != count:
        raise invalid_request(
            "Pass one dtype per input; got {dtypes} dtypes for {inputs} inputs.", dtypes=len(kinds), inputs=count
        )
    return kinds


def _keras_code(dialect: str, inputs: Sequence[str], call: str, backend: Backend) -> str:
    """The backend where it is not the usual one, the import, the inputs, the call."""
    chosen = [] if backend is TENSORFLOW else ["import os", "", f'os.environ["KERAS_BACKEND"] = "{backend.name}"', ""]
    return "\n".join([*chosen, DIALECTS[dialect].imports, "", *inputs, "", f"y = {call}", "print(y.shape)", ""])


def _plain_code(
    row: Operation,
    dialect: str,
    alignment: Alignment,
    dtypes: Sequence[str],
    inputs: Sequence[str] | None,
    normalize: bool,
) -> str:
    """The import, the inputs, and what the alignment does to them step by step."""
    style = DIALECTS[dialect]
    made = inputs or _samples([tuple(size or 0 for size in shape) for shape in alignment.shapes], dtypes)
    lines = [f"x{number} = {style.array.format(code)}" for number, code in enumerate(made)]
    steps = plain_lines(row, style, _names(len(made)), alignment, dtypes, normalize)
    return "\n".join([style.imports, *_wide_numbers(dialect, dtypes), "", *lines, "", *steps, "print(y.shape)", ""])


def _names(count: int) -> list[str]:
    return [f"x{number}" for number in range(count)]


def _known_alignment(row: Operation, shapes: Sequence[Shape], axis: int, axes: Any, backend: Backend) -> Alignment:
    """The alignment with a size for every None."""
    known = _filled(align_row(row, shapes, axis=axis, axes=axes, backend=backend))
    return align_row(row, known, axis=axis, axes=axes, backend=backend)


def _filled(alignment: Alignment) -> tuple[tuple[int, ...], ...]:
    """Every None replaced by the size of another input along that axis, or by 2."""
    columns = zip(*(entry.expanded_shape for entry in alignment.inputs), strict=False)
    shared = enumerate(columns) if alignment.axes is None else [(0, next(columns))]  # inputs of Dot share the batch
    known = {axis: size for axis, column in shared for size in column if size not in (None, 1)}
    return tuple(
        tuple(
            known.get(axis + entry.inserted * (axis > 0), _UNKNOWN) if size is None else size
            for axis, size in enumerate(entry.shape)
        )
        for entry in alignment.inputs
    )


def _samples(shapes: Sequence[tuple[int, ...]], dtypes: Sequence[str]) -> list[str]:
    return [sample_code("counting", s, number=n, dtype=d) for n, (s, d) in enumerate(zip(shapes, dtypes, strict=True))]


def _keras_inputs(shapes: Sequence[Shape], dtypes: Sequence[str], inputs: Sequence[str] | None) -> list[str]:
    if any(None in shape for shape in shapes):
        return [
            f'x{n} = keras.Input(batch_shape={s}, dtype="{d}")'
            for n, (s, d) in enumerate(zip(shapes, dtypes, strict=True))
        ]
    made = inputs or _samples([tuple(size or 0 for size in shape) for shape in shapes], dtypes)
    return [f"x{number} = {code}" for number, code in enumerate(made)]


def _keras_call(row: Operation, dialect: str, count: int, axis: int, axes: Any, normalize: bool) -> str:
    options = {"concatenate": [f"axis={axis}"], "dot": [f"axes={axes}"]}.get(row.rule, [])
    options += ["normalize=True"] if normalize and row.rule == "dot" else []
    listed = f"[{', '.join(_names(count))}]"
    if dialect == "keras-layer":
        return f"keras.layers.{row.name}({', '.join(options)})({listed})"
    return f"keras.layers.{row.function}({', '.join([listed, *options])})"


def _wide_numbers(dialect: str, dtypes: Sequence[str]) -> list[str]:
    """JAX keeps 32 bits by default; Average of int32 needs 64 too."""
    if dialect == "jax" and any(not dtype.startswith("float") for dtype in dtypes):
        return ["", 'jax.config.update("jax_enable_x64", True)']
    return []
