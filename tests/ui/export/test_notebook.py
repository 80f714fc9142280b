"""The notebook, read by nbformat and run by nbclient."""

import json

import nbclient
import nbformat
import numpy as np
import pytest

from core import snippet
from core.tensor_view.colours import colours
from tests.patience import PATIENCE
from tests.ui.export.test_pictures import HOSTILE, export
from tests.ui.tensor_view.demo import CASES, counting, merge_view
from ui.export import Document
from ui.tensor_view import Panel, Selection, TensorView


def read(document):
    """A valid notebook."""
    book = nbformat.reads(export("ipynb", document).decode(), as_version=4)
    nbformat.validate(book)
    return book


def run(book, *more):
    """Run it, with cells of our own at the end; gives what each cell printed."""
    book.cells += [nbformat.v4.new_code_cell(text) for text in more]
    nbclient.NotebookClient(book, timeout=PATIENCE, kernel_name="python3").execute()
    return [
        "".join(output.get("text", "") for output in cell.outputs if output.output_type == "stream")
        for cell in book.cells
        if cell.cell_type == "code"
    ]


REPORT = """
import json
print(json.dumps([
    {"z": np.asarray(one.z).tolist(), "range": [one.zmin, one.zmax], "scale": one.colorscale[255][1]}
    for one in figure.data
]))
"""


def test_a_notebook_runs_and_draws_what_was_on_screen():
    """Numbers, NumPy code with a person's own values, the comparison, and the same heatmaps in Plotly."""
    view, selection = CASES["note"](), Selection(at=(2, 0, 0), cell=(2, 3, 1))
    own = ['np.load("input_0.npy")  # your own values', "np.arange(51, 151).reshape((5, 4, 5))"]
    code = snippet("Multiply", [(5, 1, 5), (5, 4, 5)], "numpy", inputs=own)
    foreign = {"PyTorch": "import torch\n1 / 0", "JAX": "import jax\n1 / 0"}
    book = read(Document(view, selection, "乘法 *x*", lambda _: "http://127.0.0.1/x?y=<z>", {"NumPy": code, **foreign}))
    assert book.cells[0].source.startswith("# 乘法 \\*x\\*")
    assert "](<http://127.0.0.1/x?y=%3Cz%3E>)" in book.cells[0].source
    assert "image/png" in book.cells[0].attachments["view.png"]
    printed = run(book, REPORT)
    assert "input_0 (5, 1, 5) float32 # input 0" in printed[0]
    assert printed[2].strip() == "equal to the values on screen"
    for told, panel in zip(json.loads(printed[-1]), view.panels, strict=True):
        np.testing.assert_array_equal(told["z"], panel.value[2])
        assert told["range"] == [panel.value[2].min(), panel.value[2].max()]
        assert told["scale"] == "rgb({},{},{})".format(*colours("cividis")[255])


@pytest.mark.slow
@pytest.mark.keras
@pytest.mark.parametrize("dialect", ["keras-layer", "keras-function"])
def test_the_real_layer_in_the_notebook(dialect):
    """Keras's own result is compared with what was on screen."""
    x, y = counting((2, 3, 5)), counting((2, 1, 5), 51)
    code = snippet("Subtract", [x.shape, y.shape], dialect)
    printed = run(read(Document(merge_view("Subtract", [x, y]), None, "Subtract", code={"Keras": code})))
    assert printed[2].strip() == "equal to the values on screen"


@pytest.mark.slow
@pytest.mark.parametrize("case", ["gate", "strange", "scalar", "vector", "chain", "zero", "dot"])
def test_every_kind_of_view_runs(case):
    """Signed values around zero, NaN, any rank, tensors of different shapes, nothing at all."""
    document = Document(CASES[case](), None, case)
    told = json.loads(run(read(document), REPORT.replace("json.dumps(", "json.dumps(", 1))[-1])
    look = document.look()
    drawn = [number for number in range(len(look.panels)) if look.is_drawable(number)]
    for number, one in zip(drawn, told, strict=True):
        np.testing.assert_array_equal(np.array(one["z"], float), look.slice_of(number)[0])


def test_foreign_names_stay_text_in_notebooks():
    """Titles are escaped in Markdown and quoted in code; the code still is Python."""
    view = TensorView(tuple(Panel(title, counting((2, 3))) for title in HOSTILE))
    book = read(Document(view, None, "".join(HOSTILE[:7]), lambda _: "javascript:alert(1)"))
    assert "<script>" not in book.cells[0].source.replace("\\<script\\>", "")
    assert "javascript:" not in book.cells[0].source
    for cell in book.cells:
        if cell.cell_type == "code":
            compile(cell.source, "cell", "exec")
            assert "\u202e" not in cell.source, "nothing may turn the order of letters in code"
