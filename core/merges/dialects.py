"""A merge as code of a library without merge layers: NumPy, PyTorch, JAX.

They broadcast by their own rule, so the code makes the axes that Keras inserts explicit, and the dtypes of the backend
that Keras runs on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from string import ascii_lowercase
from typing import Any

import numpy as np

from ..dtypes import FLOAT32, Array
from .backends import Backend, find_backend
from .operations import Operation
from .plan import Alignment


@dataclass(frozen=True)
class Dialect:
    """Code templates of one library; {0} is an expression.

    `wide` names, for each dtype that has no arithmetic, one that has and gives the same when it is cast back.
    """

    title: str
    imports: str
    array: str = "{0}"
    cast: str = '{0}.astype("{1}")'
    call: str = "np.{0}"
    join: str = "np.concatenate([{0}], axis={1})"
    norm: str = "np.maximum(np.linalg.norm({0}, axis={1}, keepdims=True), 1e-7)"
    wide: Mapping[str, str] = field(default_factory=dict)


DIALECTS = {
    "keras-layer": Dialect("Keras layer", "import keras\nimport numpy as np"),
    "keras-function": Dialect("Keras function", "import keras\nimport numpy as np"),
    "numpy": Dialect("NumPy", "import numpy as np"),
    "torch": Dialect(
        "PyTorch", "import numpy as np\nimport torch", "torch.from_numpy(np.asarray({0}))", "{0}.to(torch.{1})",
        "torch.{0}", "torch.cat([{0}], dim={1})",
        "torch.linalg.vector_norm({0}, dim={1}, keepdim=True).clamp(min=1e-7)",
        {"uint16": "int32", "uint32": "int64", "uint64": "int64"},
    ),
    "jax": Dialect(
        "JAX", "import jax\nimport jax.numpy as jnp\nimport numpy as np", "jnp.asarray({0})", '{0}.astype("{1}")',
        "jnp.{0}", "jnp.concatenate([{0}], axis={1})",
        "jnp.maximum(jnp.linalg.norm({0}, axis={1}, keepdims=True), 1e-7)",
    ),
}  # fmt: skip


def plain_lines(
    row: Operation, style: Dialect, names: Sequence[str], alignment: Alignment, dtypes: Sequence[str], normalize: bool
) -> list[str]:
    """Lines that turn the named inputs into `y`."""
    backend = find_backend(alignment.backend)
    passed = [FLOAT32 if dtype.startswith("float") else np.dtype(dtype) for dtype in dtypes]
    kinds = [_dtype_after(backend.convert, kind) for kind in passed]
    lines = [
        f"{name} = {style.cast.format(name, 'float32')}  # as Keras does with floats"
        for name, dtype in zip(names, dtypes, strict=True)
        if dtype.startswith("float") and dtype != "float32"
    ]
    lines += [
        f"{name} = {style.cast.format(name, kind)}  # as Keras on {backend.title} does"
        for name, was, kind in zip(names, passed, kinds, strict=True)
        if was != kind
    ]
    if alignment.axes is not None:
        return lines + _dot_lines(row, style, names, alignment, kinds, normalize)
    if row.rule == "concatenate":
        return lines + _join_lines(row, style, names, alignment, kinds)
    return lines + _reshapes(names, alignment) + _step_lines(row, style, names, kinds, backend)


def _dtype_after(step: Callable[[Array], Array], kind: np.dtype[Any]) -> np.dtype[Any]:
    return step(np.empty(0, kind)).dtype


def _reshapes(names: Sequence[str], alignment: Alignment) -> list[str]:
    return [
        f"{name} = {name}.reshape{entry.read_shape}  # "
        + ("as Keras reads it" if entry.read_shape == entry.expanded_shape else "TensorFlow takes it for a bias")
        for name, entry in zip(names, alignment.inputs, strict=True)
        if entry.read_shape != entry.shape
    ]


def _step_lines(
    row: Operation, style: Dialect, names: Sequence[str], kinds: Sequence[np.dtype[Any]], backend: Backend
) -> list[str]:
    lines, running, kind = [], names[0], kinds[0]
    for name, own in zip(names[1:], kinds[1:], strict=True):
        common = FLOAT32 if kind == own == FLOAT32 else backend.promote(row, kind, own)
        operands = [_operand(style, *one, common, backend) for one in ((running, kind), (name, own))]
        lines.append(_step_line(row, style, operands, common))
        running, kind = "y", common
    if not lines:
        lines = [f"y = {running}"]
    if row.mean:
        lines.append(f"y = {_cast(style, 'y', kind, backend.quotient(kind))} / {len(names)}")
    return lines


def _step_line(row: Operation, style: Dialect, operands: Sequence[str], common: np.dtype[Any]) -> str:
    """One step of operands in the common dtype; where that has no arithmetic, in a wider one that is cast back."""
    wide = style.wide.get(str(common))
    code = row.numpy.format(*(style.cast.format(one, wide) if wide else one for one in operands))
    called = row.numpy.startswith(row.function)
    code = style.call.format(code) if called else code
    if wide is None:
        return f"y = {code}"
    back = style.cast.format(code if called else f"({code})", common)
    return f"y = {back}  # {style.title} has no arithmetic for {common}"


def _join_lines(
    row: Operation, style: Dialect, names: Sequence[str], alignment: Alignment, kinds: Sequence[np.dtype[Any]]
) -> list[str]:
    if len(names) == 1:
        return [f"y = {names[0]}"]
    backend, listed = find_backend(alignment.backend), list(names)
    if len(set(kinds)) > 1:
        common = backend.promote(row, *kinds)
        listed = [_operand(style, name, kind, common, backend) for name, kind in zip(names, kinds, strict=True)]
    return [f"y = {style.join.format(', '.join(listed), alignment.axis)}"]


def _dot_lines(
    row: Operation,
    style: Dialect,
    names: Sequence[str],
    alignment: Alignment,
    kinds: Sequence[np.dtype[Any]],
    normalize: bool,
) -> list[str]:
    assert alignment.axes is not None
    backend = find_backend(alignment.backend)
    small = set(kinds) == {np.dtype(np.int8)} and not normalize
    result = np.dtype(np.int32) if small else FLOAT32 if normalize else backend.promote(row, *kinds)
    work = backend.dot_dtype(result)
    lines = [
        f"{name} = {_operand(style, name, kind, work, backend)}"
        for name, kind in zip(names, kinds, strict=True)
        if kind != work
    ]
    for name, axis in zip(names, alignment.axes, strict=True) if normalize else ():
        lines.append(f"{name} = {name} / {style.norm.format(name, axis)}")
    first, second = (
        list(ascii_lowercase[at : at + len(shape)]) for at, shape in zip((0, 12), alignment.shapes, strict=True)
    )
    second[0], second[alignment.axes[1]] = first[0], first[alignment.axes[0]]
    summed = first[alignment.axes[0]]
    output = "".join(letter for letter in [*first, *second[1:]] if letter != summed)
    equation = f'"{"".join(first)},{"".join(second)}->{output}"'
    lines.append(f"y = {style.call.format('einsum')}({equation}, {', '.join(names)})")
    if len(output) == 1:
        lines.append(f"y = y.reshape{alignment.output_shape}  # Keras adds an axis")
    return lines + ([f"y = {style.cast.format('y', result)}"] if result != work else [])


def _operand(style: Dialect, name: str, kind: np.dtype[Any], common: np.dtype[Any], backend: Backend) -> str:
    """One operand in the common dtype, by way of the dtype in which the backend combines it."""
    held = _dtype_after(backend.operand, kind)
    return _cast(style, _cast(style, name, kind, held), held, common)


def _cast(style: Dialect, name: str, kind: np.dtype[Any], wanted: np.dtype[Any]) -> str:
    return name if kind == wanted else style.cast.format(name, wanted)
