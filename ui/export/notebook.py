"""A self-contained Jupyter notebook: the values on screen, the code, and the picture in Plotly."""

from __future__ import annotations

import re
import textwrap
from base64 import b64encode

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from core.tensor_view.colours import colours
from ui.export.arrays import to_npz
from ui.export.document import Document, check_size
from ui.export.drawing.cells import cell_at
from ui.export.drawing.compose import compose
from ui.export.drawing.heatmap import heat_of
from ui.export.drawing.layout import arrange, plans_of
from ui.export.drawing.snapshot import Look, axes_on_screen
from ui.export.names import array_names, clean
from ui.export.painters.raster import to_png
from ui.text import plain

_FOREIGN = re.compile(r"^(import|from) (torch|jax)", re.MULTILINE)  # rarely installed

_LOAD = '''\
import base64
import io

import numpy as np

packed = """
{packed}
"""
tensors = dict(np.load(io.BytesIO(base64.b64decode(packed))))
titles = tensors.pop("titles").tolist()
for name, title in zip(tensors, titles):
    print(name, tensors[name].shape, tensors[name].dtype, "#", title)
'''
_COMPARE = """\
shown = np.asarray(tensors[{result!r}])
given = np.asarray(y)
assert given.shape == shown.shape, (given.shape, shown.shape)
np.testing.assert_allclose(given.astype("float64"), shown.astype("float64"), rtol=1e-5, atol=1e-6)
print({same!r})
"""
_DRAW = """\
import plotly.graph_objects as go
from plotly.subplots import make_subplots

tables = {{  # 256 colours each, as on screen
{tables}
}}
panels = [  # title, rows and columns on screen, range, table
{panels}
]

figure = make_subplots(rows=1, cols=len(panels), subplot_titles=[panel[0] for panel in panels])
for column, (title, values, (low, high), table) in enumerate(panels, start=1):
    rgb = np.frombuffer(bytes.fromhex(tables[table]), np.uint8).reshape(256, 3)
    scale = [[entry / 255, "rgb({{}},{{}},{{}})".format(*colour)] for entry, colour in enumerate(rgb)]
    heatmap = go.Heatmap(z=values.astype("float64"), zmin=low, zmax=high, colorscale=scale, showscale=False)
    figure.add_trace(heatmap, row=1, col=column)
    figure.update_yaxes(autorange="reversed", scaleanchor=f"x{{column if column > 1 else ''}}", row=1, col=column)
    figure.update_xaxes(constrain="domain", row=1, col=column)
figure.update_layout(template="plotly_white", height=420, margin=dict(l=30, r=30, t=50, b=30))
figure
"""


def to_notebook(document: Document) -> bytes:
    """Return a Jupyter notebook, format 4.5.

    Raises:
        MergeError: too many values for one notebook.
    """
    look = document.look()
    check_size(document)
    cells = [_title(document, look), *_numbers(document), *_codes(document), *_picture(document, look)]
    book = new_notebook(cells=cells)
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for number, cell in enumerate(book.cells):
        cell["id"] = f"cell-{number}"  # deterministic: equal views give equal files
    nbformat.validate(book)
    text: str = nbformat.writes(book)
    return text.encode("utf-8", "replace")


def _title(document: Document, look: Look) -> nbformat.NotebookNode:
    """Title, link, and a static image, for readers who do not run the notebook."""
    address, words = document.address(look.chosen), document.words
    lines = [f"# {plain(clean(document.line))}", words["needs"], "![view](attachment:view.png)"]
    if address.startswith(("http://", "https://")):
        lines.insert(1, f"[{words['open']}](<{clean(address).translate({60: '%3C', 62: '%3E', 10: None, 13: None})}>)")
    cell: nbformat.NotebookNode = new_markdown_cell("\n\n".join(lines))
    png = b64encode(to_png(compose(look, document.theme, ratio=1), 1)).decode()
    cell["attachments"] = {"view.png": {"image/png": png}}
    return cell


def _numbers(document: Document) -> list[nbformat.NotebookNode]:
    packed = "\n".join(textwrap.wrap(b64encode(to_npz(document)).decode(), 120))
    return [new_markdown_cell(document.words["numbers"]), new_code_cell(_LOAD.format(packed=packed))]


def _codes(document: Document) -> list[nbformat.NotebookNode]:
    """The code; where it computes the result on screen, a cell compares the two."""
    cells, names = [], array_names([panel.title for panel in document.view.panels])
    checked = document.view.alignment is not None and (document.selection is None or document.selection.painted is None)
    compare = _COMPARE.format(result=names[-1], same=str(document.words["same"]))
    for name, text in document.code.items():
        if _FOREIGN.search(text):
            continue
        cells.append(new_markdown_cell(document.words["in_keras"].format(dialect=plain(clean(name)))))
        cells.append(new_code_cell(_with_own_values(clean(text).rstrip(), names)))
        if checked:
            cells += [new_markdown_cell(document.words["compare"]), new_code_cell(compare.rstrip())]
    return cells


def _with_own_values(text: str, names: list[str]) -> str:
    """Replace files that the code would load by the arrays in this notebook."""
    for number, name in enumerate(names):
        text = text.replace(f'np.load("input_{number}.npy")', f"tensors[{name!r}]")
    return text


def _picture(document: Document, look: Look) -> list[nbformat.NotebookNode]:
    plans, names = plans_of(look), array_names([panel.title for panel in look.view.panels])
    _, cell = arrange(plans, 1100)
    lines, used = [], set()
    for number, plan in enumerate(plans):
        if plan is None:
            continue
        scale = heat_of(look, number, plan, plan.box(cell), 2).scale
        low = scale.low * 128 / 127 if scale.diverging else scale.low  # entry 0 lies one step below the entry of -most
        used.add(scale.table)
        title = repr(clean(look.panels[number]["title"]))
        lines.append(
            f"    ({title}, {_slice(look, number, names[number])}, ({low!r}, {scale.high!r}), {scale.table!r}),"
        )
    tables = [f'    "{name}": "{colours(name).tobytes().hex()}",' for name in sorted(used)]
    code = _DRAW.format(tables="\n".join(tables), panels="\n".join(lines))
    return [new_markdown_cell(document.words["picture"]), new_code_cell(code.rstrip())] if lines else []


def _slice(look: Look, number: int, name: str) -> str:
    """The code that selects the slice on screen from a tensor."""
    panel = look.panels[number]
    down, across = axes_on_screen(look, panel)
    index = cell_at(look.meta, panel, look.at)[0]
    picked = ", ".join(":" if axis in (down, across) else str(at) for axis, at in enumerate(index))
    turned = ".T" if 0 <= across < down else ""
    rows = panel["shape"][down] if down >= 0 else 1
    cols = panel["shape"][across] if across >= 0 else 1
    return f"tensors[{name!r}][{picked or '()'}]{turned}.reshape({rows}, {cols})"
