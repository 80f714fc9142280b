"""The Survey page: the table of verdicts, the strip of maps, filters, a folder, two surveys, what is rejected."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from sandbox.model_file.file import read_model
from survey.plan import Options
from survey.prepare import outline
from survey.results import open_results
from survey.source import open_source
from survey.store import Store, shard_files
from tests.pages.opened import opened, words
from tests.survey.made import GATE, gate_images
from tests.survey.test_store import COUNT, PLAN, filled, measured
from tests.ui.inspector.models import keras_file
from ui.survey import downloads
from ui.survey.controls import ASKED
from ui.survey.controls import PAGE as SHOWN

PAGE = "pages/6_Survey.py"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("survey") / "results"
    filled(path, [0, 1, 2]).finish(PLAN, 1.0)
    return path


def page(folder, **parameters) -> AppTest:
    """The page with a folder typed in."""
    app = opened(PAGE, **{"from": "folder"}, **parameters)
    app.text_input(key="survey_folder").set_value(str(folder)).run()
    assert not app.exception
    return app


def strips(app) -> list[list[dict]]:
    """The cards of each strip, as the browser gets them."""
    protos = [element.proto for element in app.get("bidi_component")]
    mixed = [proto for proto in protos if proto.component_name.endswith("survey_strip")]
    return [json.loads(proto.json or proto.mixed.json)["cards"] for proto in mixed]


def test_the_example_opens():
    """Without a folder, and on a public server as well."""
    app = opened(PAGE)
    assert not app.exception
    assert not app.error
    (cards,) = strips(app)
    assert len(cards) == SHOWN
    assert cards[0]["image"].startswith("data:image/png")
    assert "MAD" in cards[0]["note"]


def test_odd_ones_first_then_any_order(folder):
    results = open_results(folder)
    app = page(folder)
    assert f"{COUNT} images · 1 with an error · 1 with NaN" in words(app)
    (cards,) = strips(app)
    assert [int(card["id"]) for card in cards] == list(results.order(0, "oddness")[:SHOWN])
    app.selectbox(key="by").set_value("mean").run()
    app.toggle(key="up").set_value(True).run()
    (cards,) = strips(app)
    assert [int(card["id"]) for card in cards] == list(results.order(0, "mean", descending=False)[:SHOWN])
    app.button(key="survey_chevron_right").click().run()
    (cards,) = strips(app)
    assert [int(card["id"]) for card in cards] == list(results.order(0, "mean", descending=False)[SHOWN : 2 * SHOWN])


def test_filters(folder):
    app = page(folder, verdict="error")
    (cards,) = strips(app)
    assert [(card["name"], card["image"], card["verdict"]) for card in cards] == [("image 5", "", "error")]
    app = page(folder, find="IMAGE 13")
    (cards,) = strips(app)
    assert sorted(card["name"] for card in cards) == sorted(f"image {n}" for n in (13, *range(130, 139)))
    app = page(folder, find="nothing like it")
    assert not strips(app)
    assert "No image matches" in words(app)


def test_two_surveys(folder, tmp_path):
    other = tmp_path / "other"
    filled(other, [0])
    app = page(folder, by="number")
    app.text_input(key="survey_second").set_value(str(other)).run()
    assert not app.exception
    first, second = strips(app)
    names = [card["name"] for card in first]
    assert [card["name"] for card in second] == names
    assert len(app.table[0].value) == 2


def test_what_cannot_be_opened(tmp_path):
    app = page(tmp_path)
    assert "holds no survey" in app.error[0].value
    assert not strips(app)
    assert "Name the folder" in words(opened(PAGE, **{"from": "folder"}))


def test_a_public_server_opens_no_folder(monkeypatch):
    """Nor does it offer to start a survey; a link that asks for a folder shows the example."""
    monkeypatch.setenv("MERGESCOPE_SURVEYS", "off")
    app = opened(PAGE, **{"from": "folder"})
    assert not [box for box in app.text_input if box.key in ("survey_folder", "survey_second")]
    assert "Start a survey" not in [box.label for box in app.expander]
    assert strips(app)


def test_files(folder):
    """CSV and Parquet hold every image; a name that looks like a formula is quoted; the picture has a tile for each."""
    results = open_results(folder)
    rows = list(csv.reader(io.StringIO(downloads.images_csv(results).decode("utf-8-sig"))))
    assert len(rows) == COUNT + 1
    assert rows[6][1:3] == ["image 5", "broken"]
    table = pq.read_table(io.BytesIO(downloads.images_parquet(results)))
    assert table.num_rows == COUNT
    assert np.array_equal(table["gate mean"].to_numpy(), results.column("g0_mean"), equal_nan=True)
    picture = Image.open(io.BytesIO(downloads.strip_png(results, 0, [1, 2, 3])))
    assert picture.width == 8 * 128


def test_an_image_is_handed_to_the_inspector(tmp_path, played):
    """A click opens model and image on the page of the inspector, which runs them and shows the gate."""
    model, images = tmp_path / "small.keras", tmp_path / "images.npy"
    shape = [None, 3, 5, 7]
    layers = [("features", "InputLayer", shape, []), ("gate", "Multiply", shape, ["features", "features"])]
    model.write_bytes(keras_file(layers, ["gate"]))
    read = read_model(model.read_bytes())
    stack = np.random.default_rng(1).random((3, *read.inputs[0].shape[1:]), dtype=np.float32)
    np.save(images, stack)
    options = Options((str(images),))
    source = open_source(options.data)
    outlined = outline(model, model.read_bytes(), read, source, options)
    plan = replace(outlined, inputs=(stack.shape[1:],), gates=(replace(GATE, id="gate"),), mask_size=(3, 5))
    out = tmp_path / "out"
    store = Store(out)
    store.begin(plan)
    whole = measured(0)
    found, _ = gate_images(0, 3)
    three = replace(
        whole, numbers=range(3), errors=("",) * 3, lost=whole.lost[:3], masked=whole.masked[:3], gates=(found,),
        maps=(whole.maps[0][:3],), not_finite=(np.zeros(3),),
    )  # fmt: skip
    store.write_shard(0, shard_files(plan, three, source.ids))
    store.finish(plan, 1.0)
    app = page(out)
    app.session_state[ASKED] = (0, 2)
    app.run()
    assert not app.exception
    assert not app.error, app.error[0].value
    (_, given) = next(one for one in played if one[0] == "run")
    assert given == {read.inputs[0].name: (1, *stack.shape[1:])}
    assert "Upload" not in words(app)


def test_a_survey_is_started(tmp_path, monkeypatch):
    """As the command would: the same arguments; what it printed is shown when it stops."""
    asked = []

    class Played:
        def __init__(self, command, **options):
            asked.append(command)
            options["stderr"].write(b"The model has no merge x.")
            options["stderr"].flush()

        def poll(self):
            return 2

    monkeypatch.setattr("ui.survey.start.find_spec", lambda _: True)
    monkeypatch.setattr("ui.survey.start.subprocess.Popen", Played)
    app = opened(PAGE)
    app.text_input(key="survey_out").set_value(str(tmp_path / "new"))
    app.text_input(key="survey_masks").set_value("masks")
    next(button for button in app.button if button.label == "Start").click().run()
    assert not app.exception
    (command,) = asked
    assert command[1:4] == ["-m", "survey", f"--out={tmp_path / 'new'}"]
    assert command[4:6] == ["--masks=masks", "--"]
    assert command[-1] == "seeds:8000000-8000999"
    assert "The model has no merge x." in words(app)
