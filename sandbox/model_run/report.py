"""Everything in a model in which tensors meet, as text for a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from core import MERGES, MergeError
from core.errors import Shape
from sandbox.model_file.entries import JoinEntry, JoinKind, MergeEntry, Operand, Refusal
from sandbox.model_file.file import ModelFile
from sandbox.model_file.gate_hints import all_hints

if TYPE_CHECKING:
    from sandbox.model_run.results import Run, RunFailure, TensorFigures

_SHOWN = 60  # characters of a foreign name
_LISTED = 20  # entries of a list of lesser interest


def as_text(model: ModelFile, run: Run | None, notes: Sequence[str] = ()) -> str:
    """One line for each merge, with its sources and the result of a run below; then the other calls on tensors.

    Args:
        model: as read.
        run: of the model, or None.
        notes: what was changed about the input of the run.
    """
    lines = [_title(model), *(f"note: {text}" for text in notes)]
    rows = [[clean(e.id), e.operation, _shapes(e), _broadcast(e)] for e in model.merges]
    hints = all_hints(model)
    for entry, row in zip(model.merges, _columns(rows), strict=True):
        lines += [row, *_merge_lines(entry, run, hints.get(entry.id, ()))]
    lines += _join_lines(model)
    if model.constants:
        names = ", ".join(f"{clean(e.id)} ({e.operation} {', '.join(e.constants)})" for e in model.constants[:_LISTED])
        lines.append(f"One operand is a constant, so no tensors meet: {names}{_more(len(model.constants))}")
    if model.masks:
        lines.append(f"{len(model.masks)} more work on masks alone: {_names(model.masks)}")
    if model.unread:
        lines.append(f"Custom code on one tensor, which is not read: {_names(model.unread)}")
    if model.nothing_meets:
        lines.append("No two tensors meet in this model.")
    if model.refusals:
        lines.append("This model can be viewed but not run:")
        lines += [f"    {_refusal(refusal)}" for refusal in model.refusals[:_LISTED]]
    return "\n".join(lines)


def _title(model: ModelFile) -> str:
    saved = f", saved by Keras {clean(model.keras_version)}" if model.keras_version else ""
    return f"{clean(model.model_name)}: {len(model.merges)} merges in {len(model.layers)} calls of layers{saved}"


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of text as lines with aligned columns."""
    widths = [max((len(row[at]) for row in rows), default=0) for at in range(len(rows[0]) if rows else 0)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _merge_lines(entry: MergeEntry, run: Run | None, hints: Sequence[str]) -> list[str]:
    """Sources, mismatch with its fixes, warnings, hints and figures of one merge."""
    sign = f" {MERGES[entry.operation].symbol} "
    lines = [f"    of {sign.join(map(_source, entry.inputs))}"]
    if entry.error is not None:
        lines.append(f"    incompatible shapes: {entry.error.explanation}")
        lines += [f"    {line}" for line in _fix_lines(entry.error)]
    lines += [f"    warning: {text}" for text in (entry.alignment.warnings if entry.alignment else ())]
    lines += [f"    hint: {_printable(text)}" for text in hints]
    return lines + _figure_lines(entry, run)


def _source(operand: Operand) -> str:
    return clean(operand.source or operand.constant)


_HEADINGS: dict[JoinKind, str] = {
    "operation": "Other operations in which tensors meet:",
    "layer": "Layers that combine tensors inside:",
    "code": "Tensors meet in code that is not read:",
}


def _join_lines(model: ModelFile) -> list[str]:
    """The calls that are no merge, by kind."""
    lines = []
    for kind, heading in _HEADINGS.items():
        found = [entry for entry in model.joins if entry.kind == kind]
        rows = [
            [clean(e.id), _join_class(e), _join_shapes(e), f"of {', '.join(map(_source, e.inputs))}"] for e in found
        ]
        if found:
            lines += [heading, *(f"    {line}" for line in _columns(rows[:_LISTED]))]
        if len(found) > _LISTED:
            lines.append(f"    and {len(found) - _LISTED} more")
    return lines


def _join_class(entry: JoinEntry) -> str:
    return f"{clean(entry.class_name)} (merge_mode={clean(entry.mode)})" if entry.mode else clean(entry.class_name)


def _join_shapes(entry: JoinEntry) -> str:
    return f"{' and '.join(map(_shape, entry.input_shapes))} -> {_shape(entry.output_shape)}"


def _names(ids: Sequence[str]) -> str:
    return ", ".join(map(clean, ids[:_LISTED])) + _more(len(ids))


def _more(count: int) -> str:
    return f" and {count - _LISTED} more" if count > _LISTED else ""


def _refusal(refusal: Refusal) -> str:
    return f"{clean(refusal.layer)}: {refusal.reason}" if refusal.layer else str(refusal.reason)


def as_json(model: ModelFile, run: Run | None) -> dict[str, Any]:
    """The same as an object for programs, with more detail. NaN and infinity become null."""
    hints = all_hints(model)
    return {
        "file": model.name,
        "model": model.model_name,
        "class": model.class_name,
        "keras_version": model.keras_version,
        "layers": len(model.layers),
        "inputs": [{"name": e.name, "shape": e.shape, "dtype": e.dtype} for e in model.inputs],
        "outputs": [{"source": e.source, "shape": e.shape} for e in model.outputs],
        "merges": [
            _merge(entry, run) | {"hints": [str(text) for text in hints.get(entry.id, ())]} for entry in model.merges
        ],
        "constants": [{"id": e.id, "operation": e.operation, "constants": e.constants} for e in model.constants],
        "joins": [_join(e) for e in model.joins],
        "masks": model.masks,
        "unread": model.unread,
        "refusals": [{"layer": e.layer, "class": e.class_name, "reason": str(e.reason)} for e in model.refusals],
        "failure": _failure(run),
    }


def _join(entry: JoinEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "class": entry.class_name,
        "kind": entry.kind,
        "mode": entry.mode,
        "sources": [operand.source or operand.constant for operand in entry.inputs],
        "input_shapes": entry.input_shapes,
        "output_shape": entry.output_shape,
    }


def _fix_lines(error: MergeError) -> list[str]:
    """Every fix with its code."""
    return [text for fix in error.fixes for text in (f"  {fix.text}", *(f"      {x}" for x in fix.code.splitlines()))]


def failure_text(failure: RunFailure) -> str:
    """Which call failed, why, and how to fix it."""
    shapes = ", ".join(str(shape) for shape in failure.shapes)
    what = "The merge" if failure.merge else "The layer" if failure.call else "The model"
    lines = [f"{what} {clean(failure.call)} failed on {shapes}.".replace("  ", " "), failure.text]
    if failure.error is not None:
        lines.append(str(failure.error.explanation))
        lines += _fix_lines(failure.error)
    return "\n".join(lines)


def clean(name: str) -> str:
    """A foreign name without control characters."""
    return _printable(name[: 2 * _SHOWN])


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def _shapes(entry: MergeEntry) -> str:
    return f"{' and '.join(map(_shape, entry.input_shapes))} -> {_shape(entry.output_shape)}"


def _shape(shape: Shape | None) -> str:
    return "?" if shape is None else str(shape)


def _broadcast(entry: MergeEntry) -> str:
    found = [
        f"input {number} along {', '.join(map(str, axes))}" for number, axes in enumerate(entry.stretched_axes) if axes
    ]
    return f"broadcasts {'; '.join(found)}" if found else ""


def _figure_lines(entry: MergeEntry, run: Run | None) -> list[str]:
    record = run.records.get(entry.id) if run is not None else None
    if record is None:
        return [] if run is None else [f"    {_unreached(run)}"]
    named = [*((f"input {number}", f) for number, f in enumerate(record.inputs)), ("output", record.output)]
    return [
        f"    {name:8} {_shape(f.shape)} {f.dtype}: {f.smallest:.4g} to {f.largest:.4g}, mean {f.mean:.4g}, "
        f"std {f.spread:.4g}{', with a mask' if masked else ''}"
        for (name, f), masked in zip(named, record.masked or (False,) * len(named), strict=False)
    ]


def _unreached(run: Run) -> str:
    if run.failure is None:
        return "not reached in this run, so there are no figures"
    return f"not reached: the run failed at {clean(run.failure.call) or 'the input'}"


def _merge(entry: MergeEntry, run: Run | None) -> dict[str, Any]:
    record = run.records.get(entry.id) if run is not None else None
    about = {
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
        "fixes": _fixes(entry.error),
    }
    if record is not None:
        about["figures"] = {
            "inputs": [_figures(f) for f in record.inputs],
            "output": _figures(record.output),
            "masked": record.masked,
        }
    return about


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
        "fixes": [fix["text"] for fix in _fixes(run.failure.error)],
        "fix_codes": [fix["code"] for fix in _fixes(run.failure.error)],
    }


def _fixes(error: MergeError | None) -> list[dict[str, Any]]:
    fixes = () if error is None else error.fixes
    return [{"text": str(f.text), "shapes": f.shapes, "options": dict(f.options), "code": f.code} for f in fixes]
