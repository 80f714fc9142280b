"""What can be taken away: arrays, table, report. Foreign names do no harm in any of them."""

import csv
import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from core import merge
from sandbox.model_file.file import read_model
from sandbox.model_run.results import MergeRecord
from tests.ui.inspector.models import gate_file, keras_file
from ui.inspector.downloads import file_name, merge_npz, merges_csv
from ui.inspector.recorded import Tensors
from ui.inspector.report import report
from ui.inspector.summary_table import figures_of
from ui.text import speaking
from ui.views.thumbnails import thumbnail

EVIL = '<img src=x onerror="alert(1)">&amp;</section>![a](http://x.test/a.png)'


def recorded(model):
    """Every merge of the gate model, as a run would record it, computed by the engine."""
    chance = np.random.default_rng(0)
    x = chance.normal(size=(2, 3, 5, 7)).astype(np.float32)
    alpha = chance.random((2, 3, 5, 1)).astype(np.float32)
    found, gate = [], merge("Multiply", [x, alpha]).value
    total = merge("Add", [gate, x]).value
    for entry, inputs in zip(model.merges, [(x, alpha), (gate, x), (total, x)], strict=True):
        found.append(Tensors(entry, inputs, merge(entry.operation, inputs).value))
    return found


def records(model):
    """The same as a run tells it: figures and small pictures."""
    return {
        tensors.entry.id: MergeRecord(
            tensors.entry.id,
            tuple(figures_of(tensor) for tensor in tensors.inputs),
            figures_of(tensors.output),
            tensors.output[0].mean(axis=-1),
        )
        for tensors in recorded(model)
    }


class Tags(HTMLParser):
    """Tags and attributes of a page."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.texts = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.texts.append(data)


def test_arrays_come_back_bit_for_bit():
    """An .npz holds the operands, the output and the gradients whole."""
    gate = recorded(read_model(gate_file()))[0]
    with np.load(io.BytesIO(merge_npz(replace(gate, gradients=gate.inputs))), allow_pickle=False) as file:
        assert set(file.files) == {"input_0", "input_1", "output", "gradient_0", "gradient_1"}
        np.testing.assert_array_equal(file["input_0"] * file["input_1"], file["output"])
        np.testing.assert_array_equal(file["gradient_1"], gate.inputs[1])


def test_the_table_is_a_table():
    """Every merge a line, with figures of what came out; before the run without them."""
    model = read_model(gate_file())
    rows = list(csv.reader(io.StringIO(merges_csv(model.merges, records(model)).decode("utf-8-sig"))))
    assert len({len(row) for row in rows}) == 1
    assert [row[1] for row in rows[1:]] == ["gate", "sum", "joined"]
    assert rows[0][-6:] == ["Mean", "Std. dev.", "Minimum", "Maximum", "Zeros", "Not finite"]
    before = merges_csv(model.merges, {}).decode("utf-8-sig")
    assert "Mean" not in before


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1+cmd", "@SUM(1)", "-2+3"])
def test_no_formula_in_the_table(name):
    """A layer's name is text in a spreadsheet too."""
    model = read_model(gate_file(gate=name))
    rows = list(csv.reader(io.StringIO(merges_csv(model.merges, {}).decode("utf-8-sig"))))
    assert rows[1][1] == "'" + name


def test_the_report_escapes_every_name():
    """Whatever a layer is called, the report has the tags that we put there and nothing that would be loaded or run."""
    model = read_model(gate_file(feature=EVIL, weights=EVIL + "2", gate=EVIL + "3"))
    page = report(model, records(model), {"gate": "It is open."}, "en").decode()
    tags = Tags()
    tags.feed(page)
    assert not {"script", "iframe", "object", "link", "a"} & set(tags.tags)
    assert not [name for name, _ in tags.attributes if name.startswith("on")]
    assert {value[:15] for name, value in tags.attributes if name == "src"} == {"data:image/png;"}
    assert tags.tags.count("section") == len(model.merges) == page.count("</section>")
    assert EVIL + "3" in "".join(tags.texts)
    assert "default-src 'none'" in page


def test_the_report_tells_the_health_of_the_gate():
    """Figures, pictures, what stretches and the verdict; in Chinese on demand, on a thread without a session."""
    model = read_model(gate_file())
    page = report(model, records(model), {"gate": "It is open."}, "en").decode()
    assert "It is open." in page
    assert "input 1 is broadcast along axis 3" in page
    assert page.count("<img") == 3
    with speaking("zh"):
        chinese = report(model, records(model), {}, "zh").decode()
    assert "written by" not in chinese
    assert re.search("[一-鿿]", chinese)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("model.keras", "model.csv"),
        ("../../etc/passwd", "etc_passwd.csv"),
        ("模型", "model.csv"),
        ("a b?.keras", "a_b.csv"),
    ],
)
def test_names_of_files(name, safe):
    """A download is called after the model, in letters that every system takes."""
    assert file_name(name, "csv") == safe


@pytest.mark.parametrize("shape", [(20, 30), (32, 5), (1, 1280), (1, 1), (7, 1), (0, 3)])
def test_thumbnails_of_any_shape(shape):
    """Every plane has its picture, NaN and infinity do no harm; nothing to draw gives none."""
    plane = np.random.default_rng(0).normal(size=shape)
    plane[plane > 1], plane[plane < -2] = np.nan, np.inf
    source = thumbnail(plane)
    assert source.startswith("data:image/png;base64,") == bool(plane.size)


def test_the_report_lists_code_and_layers_in_which_tensors_meet():
    """With their shapes, escaped like every other name."""
    layers = [
        ("q", "InputLayer", [None, 5, 7], []),
        ("v", "InputLayer", [None, 6, 7], []),
        (EVIL, "Attention", [None, 5, 7], ["q", "v"]),
    ]
    page = report(read_model(keras_file(layers, [EVIL])), {}, {}, "en").decode()
    assert "(Attention): (None, 5, 7), (None, 6, 7) → (None, 5, 7)" in page
    assert "<script" not in page
    assert 'onerror="' not in page
