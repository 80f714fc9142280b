"""The merges of a model as text for a terminal, and as JSON."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from core.errors import Shape
from sandbox.model_file.file import MergeEntry, ModelFile

if TYPE_CHECKING:
    from sandbox.model_run.results import Run, RunFailure, TensorFigures

_SHOWN = 60  # characters of a foreign name


def as_text(model: ModelFile, run: Run | None) -> str:
    """One line for each merge; with a run, its figures below."""
    title = f"{clean(model.model_name)}: {len(model.merges)} merges in {len(model.layers)} calls of layers"
    rows = [[clean(e.id), e.operation, _shapes(e), _stretch(e)] for e in model.merges]
    widths = [max((len(row[place]) for row in rows), default=0) for place in range(4)]
    lines = [title]
    for entry, row in zip(model.merges, rows, strict=True):
        lines.append("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if entry.error is not None:
            lines.append(f"    does not fit: {entry.error.explanation}")
        lines += [f"    warning: {text}" for text in (entry.alignment.warnings if entry.alignment else ())]
        lines += _figure_lines(entry, run)
    if model.constants:
        names = ", ".join(f"{clean(e.id)} ({e.operation} {', '.join(e.constants)})" for e in model.constants[:20])
        lines.append(f"No merges of tensors, since one side is a constant: {names}")
    if model.joins:
        names = ", ".join(f"{clean(e.id)} ({clean(e.class_name)})" for e in model.joins[:20])
        lines.append(f"Other operations that join tensors: {names}")
    return "\n".join(lines)


def as_json(model: ModelFile, run: Run | None) -> dict[str, Any]:
    """The same, and more, for programs. Not a number and infinite become null."""
    return {
        "file": model.name,
        "model": model.model_name,
        "class": model.class_name,
        "keras_version": model.keras_version,
        "layers": len(model.layers),
        "inputs": [{"name": e.name, "shape": e.shape, "dtype": e.dtype} for e in model.inputs],
        "outputs": [{"source": e.source, "shape": e.shape} for e in model.outputs],
        "merges": [_merge(entry, run) for entry in model.merges],
        "constants": [{"id": e.id, "operation": e.operation, "constants": e.constants} for e in model.constants],
        "joins": [{"id": e.id, "class": e.class_name} for e in model.joins],
        "failure": _failure(run),
    }


def failure_text(failure: RunFailure) -> str:
    """Which call failed, why, and what would fit."""
    shapes = ", ".join(str(shape) for shape in failure.shapes)
    what = "The merge" if failure.merge else "The layer" if failure.call else "The model"
    lines = [f"{what} {clean(failure.call)} failed on {shapes}.".replace("  ", " "), failure.text]
    if failure.error is not None:
        lines.append(str(failure.error.explanation))
        lines += [f"  {fix.text}: {' '.join(map(str, fix.shapes))}" for fix in failure.error.fixes]
    return "\n".join(lines)


def clean(name: str) -> str:
    """A foreign name without what a terminal would act on."""
    return "".join(sign if sign.isprintable() else "?" for sign in name[: 2 * _SHOWN])


def _shapes(entry: MergeEntry) -> str:
    return f"{' and '.join(map(_shape, entry.input_shapes))} -> {_shape(entry.output_shape)}"


def _shape(shape: Shape | None) -> str:
    return "?" if shape is None else str(shape)


def _stretch(entry: MergeEntry) -> str:
    found = [
        f"input {number} along {', '.join(map(str, axes))}" for number, axes in enumerate(entry.stretched_axes) if axes
    ]
    return f"stretches {'; '.join(found)}" if found else ""


def _figure_lines(entry: MergeEntry, run: Run | None) -> list[str]:
    record = run.records.get(entry.id) if run is not None else None
    if record is None:
        return []
    named = [*((f"input {number}", f) for number, f in enumerate(record.inputs)), ("output", record.output)]
    return [
        f"    {name:8} {_shape(f.shape)}: {f.smallest:.4g} to {f.largest:.4g}, mean {f.mean:.4g}, spread {f.spread:.4g}"
        for name, f in named
    ]


def _merge(entry: MergeEntry, run: Run | None) -> dict[str, Any]:
    record = run.records.get(entry.id) if run is not None else None
    told = {
        "id": entry.id,
        "name": entry.name,
        "path": entry.path,
        "operation": entry.operation,
        "kind": entry.kind,
        "class": entry.layer_class,
        "options": entry.options,
        "sources": [operand.source for operand in entry.inputs],
        "input_shapes": entry.input_shapes,
        "output_shape": entry.output_shape,
        "roles": [e.roles for e in entry.alignment.inputs] if entry.alignment else None,
        "stretched_axes": entry.stretched_axes,
        "attention_like": entry.attention_like,
        "warnings": entry.alignment.warnings if entry.alignment else [],
        "error": None if entry.error is None else str(entry.error),
    }
    if record is not None:
        told["figures"] = {"inputs": [_figures(f) for f in record.inputs], "output": _figures(record.output)}
    return told


def _figures(found: TensorFigures) -> dict[str, Any]:
    return {name: _number(value) for name, value in vars(found).items()}


def _number(value: Any) -> Any:
    return None if isinstance(value, float) and not isfinite(value) else value


def _failure(run: Run | None) -> dict[str, Any] | None:
    if run is None or run.failure is None:
        return None
    return {
        "call": run.failure.call,
        "merge": run.failure.merge,
        "text": run.failure.text,
        "shapes": run.failure.shapes,
        "explanation": None if run.failure.error is None else str(run.failure.error.explanation),
        "fixes": [] if run.failure.error is None else [str(fix.text) for fix in run.failure.error.fixes],
    }
