"""The merges of a model as one HTML file: no script, no external resource, every name escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from sandbox.model_file.file import MergeEntry, ModelFile
from sandbox.model_file.gate_hints import all_hints
from sandbox.model_run.results import MergeRecord
from ui.inspector.recorded import tensor_names
from ui.inspector.rows import note, written
from ui.inspector.summary_table import headings, row
from ui.text import t
from ui.views.thumbnails import thumbnail

_SIDE = 120  # pixels of a picture
_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif; margin: 2rem auto;
       max-width: 70rem; padding: 0 1rem; color: light-dark(#0a0f17, #e8edf3); background: light-dark(#fff, #11161d); }
h1 { margin-bottom: 0; } h2 { margin: 0; font-size: 1.05rem; overflow-wrap: anywhere; }
section { border: 1px solid light-dark(#d5dae1, #333d4a); border-radius: .5rem; padding: 1rem 1.2rem; margin: 1rem 0; }
table { border-collapse: collapse; font: .8125rem ui-monospace, monospace; margin-top: .5rem; }
td, th { text-align: left; padding: .15rem .8rem .15rem 0; border-bottom: 1px solid light-dark(#d5dae1, #333d4a); }
.wide { overflow-x: auto; }
.side { display: flex; flex-wrap: wrap; gap: 1.2rem; align-items: flex-start; margin-top: .6rem; }
img { image-rendering: pixelated; border-radius: 4px; }
.quiet { opacity: .8; margin: .2rem 0; } .fault { color: light-dark(#b23a17, #ff9b7a); }
"""
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def report(model: ModelFile, records: Mapping[str, MergeRecord], verdicts: Mapping[str, str], language: str) -> bytes:
    """The report.

    Args:
        model: as read.
        records: by id of the merge, what a run recorded.
        verdicts: by id of the merge, the verdict on its gate, in one sentence.
        language: of the page, such as "en".
    """
    name = escape(model.model_name or model.name)
    summary = t("layers: {layers}; merges: {merges}", layers=len(model.layers), merges=len(model.merges))
    by, hints = t("written by Mergescope"), all_hints(model)
    parts: list[str] = [
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        f'<meta name="viewport" content="width=device-width"><title>{name}</title><style>{_STYLE}</style></head><body>',
        f"<h1>{name}</h1><p class=quiet>{escape(summary)} · {escape(by)}</p>",
        *_refusals(model),
        *(
            _section(entry, records.get(entry.id), verdicts.get(entry.id, ""), hints.get(entry.id, ()))
            for entry in model.merges
        ),
        *_others(model),
        "</body></html>",
    ]
    return "\n".join(parts).encode()


def _refusals(model: ModelFile) -> Iterable[str]:
    for refusal in model.refusals:
        where = refusal.layer or refusal.class_name
        yield f"<p class=fault>{escape(where)}: {escape(t(refusal.reason))}</p>"


def _others(model: ModelFile) -> Iterable[str]:
    """The other calls in which tensors meet."""
    if not model.joins:
        return
    heading = t("Other calls in which tensors meet")
    yield f"<section><h2>{escape(heading)}</h2><ul>"
    for entry in model.joins:
        shapes = ", ".join("?" if shape is None else str(shape) for shape in entry.input_shapes)
        output = "?" if entry.output_shape is None else str(entry.output_shape)
        yield f"<li>{escape(f'{entry.id} ({entry.class_name}): {shapes} → {output}')}</li>"
    yield "</ul></section>"


def _section(entry: MergeEntry, record: MergeRecord | None, verdict: str, hints: Sequence[str]) -> str:
    shapes = ", ".join(map(str, entry.input_shapes))
    lines = [
        f"<section><h2>{escape(entry.id)}</h2>",
        f"<p class=quiet>{escape(entry.operation)} · {escape(written(entry))} · {escape(shapes)} → "
        f"{escape(str(entry.output_shape))}</p>",
    ]
    if note(entry):
        lines.append(f"<p>{escape(note(entry))}</p>")
    if entry.error is not None:
        lines.append(f"<p class=fault>{escape(t(entry.error.explanation))}</p>")
    warnings = (*(entry.alignment.warnings if entry.alignment else ()), *hints)
    lines += [f"<p class=fault>{escape(t(text))}</p>" for text in warnings]
    if verdict:
        lines.append(f"<p>{escape(verdict)}</p>")
    if record is not None:
        lines += _recorded(entry, record)
    return "\n".join([*lines, "</section>"])


def _recorded(entry: MergeEntry, record: MergeRecord) -> Iterable[str]:
    source, name = thumbnail(record.thumbnail, _SIDE), t("output")
    yield "<div class=side>"
    if source:
        yield f'<img src="{source}" alt="{escape(name)}">'
    yield "<div class=wide><table>"
    yield _line("th", [t("Tensor"), *headings()])
    for name, found in zip(tensor_names(entry, len(record.inputs)), (*record.inputs, record.output), strict=True):
        yield _line("td", [name, *row(found)])
    yield "</table></div></div>"


def _line(tag: str, cells: Iterable[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"
