"""The model inspector, page logic without a browser and without Keras: the engine plays the model's process."""

import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from sandbox.model_file.file import MergeEntry, Operand
from sandbox.model_file.sizes import AxisSizes, SizeAdvice
from sandbox.model_run.inputs import checked_inputs
from sandbox.processes.errors import SandboxError
from tests.pages.opened import unfolded, words
from tests.patience import PATIENCE
from tests.ui.inspector import engine
from tests.ui.inspector.models import gate_file, keras_file, unet_file

PAGE = "pages/4_Model_inspector.py"
OWN = {"msrc": "own"}
NOISE = {"m0k": "noise", "m1k": "noise"}


def open_inspector(file=None, name="small.keras", **parameters) -> AppTest:
    """The page as a link with these parameters opens it, with an uploaded file if one is given."""
    app = AppTest.from_file("../../app.py", default_timeout=PATIENCE)
    app.run()
    app.switch_page(PAGE)
    for key, value in ({**OWN, **parameters} if file is not None else parameters).items():
        app.query_params[key] = str(value)
    app.run()
    if file is not None:
        app.file_uploader(key="model_file").upload(name, file).run()
    assert not app.exception
    return app


def rows(app) -> list[dict]:
    """What the list shows."""
    return _data(app, "rows")


def boxes(app) -> list[dict]:
    """What the graph shows."""
    return _data(app, "nodes")


def panels(app) -> list[list[str]]:
    """The titles of the panels of every tensor view."""
    return [[panel["title"] for panel in data["panels"]] for data in _all(app) if "panels" in data]


def _data(app, part):
    return next(data[part] for data in _all(app) if part in data)


def _all(app):
    found = []
    for component in app.get("bidi_component"):
        text = component.proto.mixed.json or component.proto.json
        data = json.loads(text) if text else {}
        found.append(data.get("meta") or data)
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_shipped_network_needs_no_upload(language):
    """Its twelve merges are listed in order, and the page begins with a gate."""
    app = open_inspector(lang=language)
    assert not app.exception
    assert [row["name"] for row in rows(app)][:3] == ["gate20_sum", "gate20_gated", "decode20_join"]
    assert [row["chosen"] for row in rows(app)].index(True) == 1
    assert {box["id"] for box in boxes(app)} >= {"gate20_gated", "gate20_alpha", "encode20_b_relu", "decode20_join"}
    assert len(boxes(app)) < 12
    assert ("merges: 12 (4 Add, 4 Multiply, 4 Concatenate)" in words(app)) == (language == "en")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_run_from_upload_to_values(played, language):
    """After the upload it runs: pictures in the list, the panels of the merge with the layers that they come from."""
    app = open_inspector(gate_file(), lang=language, **NOISE)
    assert not app.exception
    assert all(row["thumb"].startswith("data:image/png") for row in rows(app))
    (titles,) = panels(app)
    assert [title.split(" · ")[-1] for title in titles[:2]] == ["features", "map"]
    assert [asked[0] for asked in played] == ["open", "run", "tensors"]
    assert len(app.get("popover")) == 4  # Share, Input, Filter, Export
    app.run()
    assert [asked[0] for asked in played] == ["open", "run", "tensors"]
    app.button(key="mstart").click().run()
    assert [asked[0] for asked in played] == ["open", "run", "tensors", "run", "tensors"]


def test_close_ends_the_process(played):
    """The button closes the model, which does not run again until Run is pressed, in a link neither."""
    app = open_inspector(gate_file(), **NOISE)
    handle = played[0][1]
    assert not handle.closed
    app.button(key="mclose").click().run()
    assert handle.closed
    assert not panels(app)
    assert app.session_state["mrun"] == "stopped"
    app.button(key="mstart").click().run()
    assert panels(app)


def test_another_file_ends_the_process_of_the_first(played):
    """So does taking the file away: a model never outlives its file."""
    app = open_inspector(gate_file(), mrun="true", **NOISE)
    app.file_uploader(key="model_file").upload("b.keras", gate_file(gate="other")).run()
    first, second = (asked[1] for asked in played if asked[0] == "open")
    assert first.closed
    assert not second.closed
    app.segmented_control(key="msrc").set_value("shipped").run()
    app.segmented_control(key="msrc").set_value("own").run()
    assert second.closed


def test_a_link_that_was_opened_before_the_upload_keeps_its_state(played):
    """The file is not in the link, but all else is: after the upload the page is as it was."""
    asked = {"mrun": "true", "merge": "sum", "mpart": "gradients", "monly": "all", "m0k": "noise", "mseed": "7"}
    app = open_inspector(**OWN, **asked)
    assert "Files are not stored in the link" in words(app)
    app.file_uploader(key="model_file").upload("a.keras", gate_file()).run()
    assert not app.exception
    assert [row["chosen"] for row in rows(app)] == [False, True, False]
    assert ("gradients", "sum", 0, None) in played
    assert unfolded(app, "minput").text_input(key="mseed").value == "7"


def test_choosing_in_the_list_and_in_the_graph(played):
    """Either selects in both, and the pinned element of the old merge is dropped."""
    app = open_inspector(gate_file(), mrun="true", cell="0,1,1,1", **NOISE)
    assert next(row["id"] for row in rows(app) if row["chosen"]) == "gate"
    app.session_state["merge"] = "joined"
    app.run()
    assert next(row["id"] for row in rows(app) if row["chosen"]) == "joined"
    assert next(box["id"] for box in boxes(app) if box["chosen"]) == "joined"
    assert played[-1] == ("tensors", "joined")


def test_a_process_that_was_closed_while_idle_comes_back(played):
    """After a long break the page is as it was: the model is opened and run again."""
    app = open_inspector(gate_file(), mrun="true", **NOISE)
    played[0][1].close()
    app.run()
    assert panels(app)
    assert [asked[0] for asked in played] == ["open", "run", "tensors"] * 2


def test_a_crowded_server(played, monkeypatch):
    """One sentence if too many models are open; list and graph stay."""

    def full(*_args, **_named):
        raise SandboxError("busy")

    monkeypatch.setattr("ui.inspector.running.open_model", full)
    app = open_inspector(gate_file(), mrun="true", **NOISE)
    assert "Too many models are open on this server" in words(app)
    assert rows(app)


def test_inputs_of_different_batches(played, monkeypatch):
    """An error that the handle raises at once is shown next to the inputs."""
    monkeypatch.setattr("ui.inspector.running.open_model", _Choosy)
    app = open_inspector(gate_file(), mrun="true", m0s="2,3,5,7", **NOISE)
    assert "same number of samples" in words(app)


class _Choosy(engine.Handle):
    def run(self, inputs):
        checked_inputs(self.model, inputs)
        return super().run(inputs)


@pytest.mark.parametrize(
    ("parameters", "left"),
    [
        ({"mfind": "SU"}, ["sum"]),
        ({"mop": "Concatenate"}, ["joined"]),
        ({"monly": "attention"}, ["gate"]),
        ({"monly": "stretch", "mop": "Multiply"}, ["gate"]),
    ],
)
def test_filters_in_the_link(parameters, left):
    """Filters are in the link; the chosen merge stays on screen even if it does not match."""
    app = open_inspector(gate_file(), **parameters)
    assert [row["id"] for row in rows(app)] == left
    assert f"{len(left)} of 3 merges" in words(app)


def test_filters_that_leave_nothing():
    """One sentence, and the way back is the same control."""
    app = open_inspector(gate_file(), mfind="zzz")
    assert "No merge of this model matches the filters." in words(app)


def test_gradients_of_a_chosen_number(played):
    """The largest number by default, a typed index otherwise; one that is none is explained."""
    app = open_inspector(gate_file(), mrun="true", mpart="gradients", **NOISE)
    assert played[-1] == ("gradients", "gate", 0, None)
    assert "[0, 2, 4, 6] = 0.5" in words(app).replace("\\", "")
    app.text_input(key="munit").set_value("0, 1, 2, 3").run()
    assert played[-1] == ("gradients", "gate", 0, (0, 1, 2, 3))
    for nonsense in ("0,1", "0,1,2,99", "x", "0,1,2,-3", "9" * 40):
        app.text_input(key="munit").set_value(nonsense).run()
        assert not app.exception
        assert "is not an index of the output (1, 3, 5, 14); the last one is 0, 2, 4, 13." in words(app).replace(
            "\\", ""
        )


def test_two_merges_beside_each_other(played):
    """Outputs of one shape get their difference; the other merge can be chosen."""
    app = open_inspector(gate_file(), mrun="true", mpart="compare", **NOISE)
    assert panels(app) == [["gate", "sum", "difference"]]
    app.selectbox(key="mother").select("joined").run()
    assert not app.exception
    assert panels(app) == [["gate"], ["joined"]]


def test_one_merge_on_two_inputs(played):
    """The second input has its own seed; its map can be compared too."""
    app = open_inspector(gate_file(), mrun="true", mpart="compare", mwith="input", mb0k="noise", mbseed="3", **NOISE)
    assert panels(app) == [["output, first input", "output, second input", "difference"]]
    assert "The largest difference of two cells is 0." not in words(app)
    app.selectbox(key="mten").select("1").run()
    assert panels(app)[0][0] == "input 1 · map, first input"
    assert not app.exception


def test_a_merge_that_fails_while_it_runs(played):
    """Sizes that the file leaves open are incompatible in a run: the merge is named, with axes and fixes."""
    file = keras_file(
        [
            ("features", "InputLayer", [None, None, None, 7], []),
            ("map", "InputLayer", [None, None, None, 1], []),
            ("ok", "Add", [None, None, None, 7], ["features", "features"]),
            ("gate", "Multiply", [None, None, None, 7], ["ok", "map"]),
        ],
        ["gate"],
    )
    app = open_inspector(file, mrun="true", m0k="noise", m1k="noise", m0s="1,4,6,7", m1s="1,4,3,1")
    text = words(app)
    assert "The run ended at the merge gate." in text
    assert "Possible fixes" in text
    assert "6" in app.table[0].value.to_string()
    assert "mismatched" in app.table[0].value.to_string()
    assert [bool(row["thumb"]) for row in rows(app)] == [True, False]
    assert [row["fault"] for row in rows(app)] == [False, True]
    assert {box["id"]: box["kind"] for box in boxes(app) if box["sign"]} == {"ok": "merge", "gate": "fault"}
    assert "The run ended here." in text


def test_incompatible_shapes_in_the_file():
    """It needs no run: the merge is marked in list and graph, with Keras's text and the fixes."""
    file = keras_file(
        [
            ("a", "InputLayer", [None, 5, 7], []),
            ("b", "InputLayer", [None, 3, 7], []),
            ("m", "Add", [None, 5, 7], ["a", "b"]),
        ],
        ["m"],
    )
    app = open_inspector(file)
    assert rows(app)[0]["fault"]
    assert next(box for box in boxes(app) if box["id"] == "m")["kind"] == "fault"
    assert "Inputs have incompatible shapes" in words(app)
    assert "Possible fixes" in words(app)


def test_the_whole_model_on_demand():
    """All hundred layers of the shipped network, or those around the merge."""
    assert len(boxes(open_inspector(mwhole="true"))) == 100
    assert len(boxes(open_inspector())) < 12


def test_another_model_begins_with_its_own_inputs(played):
    """Whatever was typed for the model before: its shape would not fit, and its pixels are scaled otherwise."""
    app = open_inspector(gate_file(), m0s="2,3,5,7", m1s="2,3,5,1", **NOISE)
    assert unfolded(app, "minput").text_input(key="m0s").value == "2,3,5,7"
    shape = [None, 11, 13, 3]
    layers = [("x", "InputLayer", shape, []), ("r", "Rescaling", shape, ["x"]), ("a", "Add", shape, ["r", "x"])]
    app.file_uploader(key="model_file").upload("other.keras", keras_file(layers, ["a"])).run()
    assert app.text_input(key="m0s").value == "1,11,13,3"
    assert (app.selectbox(key="m0k").value, app.selectbox(key="m0c").value) == ("sample", "none")
    assert not app.error
    app.text_input(key="m0s").set_value("3,11,13,3").run()
    app.selectbox(key="m0c").set_value("signed").run()
    assert app.text_input(key="m0s").value == "3,11,13,3"
    assert app.selectbox(key="m0c").value == "signed"


def test_code_and_layers_in_which_tensors_meet_are_listed():
    """A Lambda on two tensors and an Attention layer: each in its list, with shapes, and the graph is drawn."""
    file = keras_file(
        [
            ("q", "InputLayer", [None, 5, 7], []),
            ("v", "InputLayer", [None, 6, 7], []),
            ("att", "Attention", [None, 5, 7], ["q", "v"]),
            ("dist", "Lambda", [None, 5, 7], ["att", "q"]),
        ],
        ["dist"],
    )
    app = open_inspector(file)
    text = words(app).replace("\\", "")
    assert "No two tensors meet" not in text
    assert "Tensors meet in code that cannot be read" in text
    assert "dist (Lambda), 2 inputs: (None, 5, 7), (None, 5, 7) → ?" in text
    assert "Layers that combine tensors inside" in text
    assert "att (Attention), 2 inputs: (None, 5, 7), (None, 6, 7) → (None, 5, 7)" in text
    assert {box["id"]: box["kind"] for box in boxes(app)} == {"q": "input", "v": "input", "att": "join", "dist": "join"}
    assert "mergescope.record(model, inputs" in text


def test_only_the_inputs_that_are_broadcast_say_so():
    """The edges into the chosen merge are labelled; each label is clear of every box."""
    app = open_inspector(gate_file())
    labels = {edge["from"]: edge["label"] for edge in _data(app, "edges") if edge["to"] == "gate"}
    assert labels == {"features": "input 0", "map": "input 1 · broadcast: axis 3"}
    size = next(data["box"] for data in _all(app) if "nodes" in data)
    for edge in _data(app, "edges"):
        if edge["at"]:
            assert all(abs(edge["at"][1] - box["y"]) > size["height"] / 2 + 8 for box in boxes(app))


def test_gradients_beside_a_constant(played, monkeypatch):
    """A merge of a tensor with a NumPy array: one gradient, and a sentence on the other operand."""
    from ui.inspector.gradients import operands_with_gradient
    from ui.inspector.recorded import Tensors

    x = np.ones((1, 3, 5), "float32")
    operands = (Operand("x", 0, x.shape), Operand("", 0, x.shape, constant="array"))
    entry = MergeEntry("m", "m", "Multiply", "layer", "Multiply", (), 0, operands, x.shape)
    assert operands_with_gradient(Tensors(entry, (x, x), x), [x]) == [0]
    assert operands_with_gradient(Tensors(entry, (x, x), x), [x, x]) == [0, 1]


def test_attention_maps_over_the_input(played):
    """An image gated by a map of its own: the map over the image, and both files."""
    file = keras_file(
        [
            ("image", "InputLayer", [None, 8, 10, 3], []),
            ("map", "InputLayer", [None, 8, 10, 1], []),
            ("gate", "Multiply", [None, 8, 10, 3], ["image", "map"]),
        ],
        ["gate"],
    )
    app = open_inspector(file, mpart="overlay")
    assert not app.exception
    captions = [one.caption for element in app.get("image") for one in element.proto.imgs]
    assert any("gate · α from" in caption for caption in captions)
    assert {"Overlays (.png)", "Maps (.npz)"} <= {one.proto.label for one in app.get("download_button")}
    assert open_inspector(gate_file(), **NOISE).segmented_control(key="mpart").options == [
        "Values", "Gradients", "Compare",
    ]  # fmt: skip


def test_a_size_that_does_not_fit(played, monkeypatch):
    """The multiples of each axis, the next larger size, and the layer that pads; the default input is one that fits."""
    axes = (AxisSizes(1, 8, 8), AxisSizes(2, 1, 3))

    def advice(model, name, shape):
        padded = (shape[0], -(-shape[1] // 8) * 8, *shape[2:])
        code = f"x = keras.layers.ZeroPadding2D(((0, {padded[1] - shape[1]}), (0, 0)))(x)"
        return SizeAdvice(name, shape, padded == shape, axes, padded, "" if padded == shape else code)

    monkeypatch.setattr("ui.inspector.sizes.size_advice", advice)
    shape = [None, None, None, 3]
    file = keras_file(
        [("x", "InputLayer", shape, []), ("r", "ReLU", shape, ["x"]), ("m", "Add", shape, ["x", "x"])], ["m"]
    )
    app = open_inspector(file, m0k="noise")
    assert unfolded(app, "minput").text_input(key="m0s").value == "1,128,128,3"
    assert "does not fit" not in words(app)
    assert "x: axis 1: multiples of 8, at least 8; axis 2: any size from 3." in words(app)
    app.text_input(key="m0s").set_value("1,89,90,3").run()
    text = words(app).replace("\\", "")
    assert "The size (1, 89, 90, 3) of x does not fit this model." in text
    assert "The next larger size that fits: (1, 96, 90, 3)." in text
    assert "x = keras.layers.ZeroPadding2D(((0, 7), (0, 0)))(x)" in text


@pytest.mark.parametrize(("language", "said"), [("en", "Are x and g swapped?"), ("zh", "x 和 g 是否写反了？")])
def test_a_gate_on_an_unlikely_tensor_draws_a_question(language, said):
    """Before any run, from the graph; a gate on the skip connection draws none."""
    asked = {"mrun": "stopped", "merge": "gated", "lang": language}
    app = open_inspector(unet_file("up", ("x", "gated")), **asked)
    assert any(said in warning.value for warning in app.warning)
    app = open_inspector(unet_file(), **asked)
    assert not any(said in warning.value for warning in app.warning)
