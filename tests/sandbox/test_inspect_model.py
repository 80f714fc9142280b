"""The command line, through and through."""

import json
import os
import re
import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sandbox.inspect_model import main
from sandbox.model_file.file import read_model
from sandbox.model_run.file_inputs import file_inputs, noise_inputs
from tests.patience import PATIENCE
from tests.sandbox.calls import LINUX
from tests.sandbox.hostile import WEIGHTS, archive, layer, model, tensor, wide_input
from tests.sandbox.keras_models import keras, layers, merges_of, open_sizes, saved, unet_with_operators

pytestmark = pytest.mark.keras

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A U-Net, a model of open sizes, a picture, an array."""
    place = tmp_path_factory.mktemp("files")
    (place / "unet.keras").write_bytes(saved(unet_with_operators()))
    (place / "open.keras").write_bytes(saved(open_sizes()))
    pixels = np.random.default_rng(0).integers(0, 256, (40, 30, 3), np.uint8)
    Image.fromarray(pixels).save(place / "picture.png")
    np.save(place / "array.npy", np.ones((12, 20, 3), "float32"))
    np.save(place / "text.npy", np.array(["a"]))
    (place / "broken.png").write_bytes(b"\x89PNG broken")
    return place


def command(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "sandbox.inspect_model", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=os.environ | {"PYTHONWARNINGS": "ignore"},
        check=False,
    )


def test_a_picture_goes_through_the_model(folder):
    """Shapes as JSON without a run; with a picture also figures, which are those of Keras on the same pixels."""
    run = command(folder / "unet.keras", "--image", folder / "picture.png", "--json")
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    model = keras.saving.load_model(folder / "unet.keras", compile=False)
    expected = {merge_id: node for merge_id, node, _ in merges_of(model)}
    assert {entry["id"] for entry in told["merges"]} == set(expected)
    inputs = file_inputs(read_model((folder / "unet.keras").read_bytes()), folder / "picture.png", "0..1", 0)[0]
    for entry in told["merges"]:
        node = expected[entry["id"]]
        value = np.asarray(keras.Model(model.inputs, node.output_tensors[0])(inputs["image"], training=False))
        figures = entry["figures"]["output"]
        assert figures["shape"] == list(value.shape)
        assert figures["largest"] == float(value.max())
        assert [x["shape"] for x in entry["figures"]["inputs"]] == [[1, *x.shape[1:]] for x in node.input_tensors]
    assert told["failure"] is None


def test_the_listing_runs_nothing(folder, capsys):
    """Text and JSON of the same merges, in the process of the command itself, without Keras."""
    path = str(folder / "unet.keras")
    assert main([path]) == 0
    text = capsys.readouterr().out
    assert main([path, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    gate = next(entry for entry in told["merges"] if entry["attention_like"])
    assert gate["input_shapes"] == [[None, 12, 20, 5], [None, 12, 20, 1]]
    assert gate["stretched_axes"] == [[], [3]]
    assert gate["id"] in text
    assert "(None, 12, 20, 5) and (None, 12, 20, 1) -> (None, 12, 20, 5)" in text
    assert "broadcasts input 1 along 3" in text
    assert f"    of {gate['sources'][0]} × {gate['sources'][1]}" in text
    assert "TrueDivide" in text
    assert "figures" not in gate
    code = (
        f"import sys; from sandbox.inspect_model import main; main([{path!r}])\n"
        "print(sorted({'keras', 'tensorflow', 'h5py', 'PIL'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "[]"


def test_a_model_that_fails_is_told_with_fixes(folder):
    """Exit 1: the merge, why, what would fit. Sizes that are left open clash, since noise has 8 and the array 12."""
    np.save(folder / "odd.npy", np.ones((1, 12, 20, 1), "float32"))
    run = command(folder / "open.keras", "--image", folder / "odd.npy", "--noise", "3")
    assert run.returncode == 1
    assert "The merge gated failed on (1, 128, 128, 5), (1, 12, 20, 1)." in run.stderr
    assert "keras.layers" in run.stderr or "input" in run.stderr
    assert "not reached: the run failed at gated" in run.stdout
    assert "Traceback" not in run.stderr


def gated(side=None, pool=3, channels=3):
    """A U-Net with gates, so deep that sizes must be multiples of 2 to the power of `pool`."""
    x = image = keras.Input((side, side, channels), name="image")
    skips = []
    for _ in range(pool):
        x = layers.Conv2D(2, 3, padding="same", activation="relu")(x)
        skips.append(x)
        x = layers.MaxPooling2D()(x)
    for level, skip in enumerate(reversed(skips)):
        x = layers.UpSampling2D()(x)
        alpha = layers.Conv2D(1, 1, activation="sigmoid")(x)
        x = layers.Concatenate()([layers.Multiply(name=f"gated_{level}")([skip, alpha]), x])
    return keras.Model(image, layers.Conv2D(1, 1, activation="sigmoid")(x))


def test_gates_are_laid_over_the_picture(folder):
    """One PNG of the size of the picture and one .npz for each gate; the map in it is that of the model."""
    (folder / "gated.keras").write_bytes(saved(gated()))
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (16, 24, 3), np.uint8)).save(folder / "small.png")
    run = command(folder / "gated.keras", "--image", folder / "small.png", "--overlay", folder / "maps")
    assert run.returncode == 0, run.stderr
    names = sorted(path.name for path in (folder / "maps").iterdir())
    wanted = [f"{n:02d}_gated_{n}.{ending}" for n in range(3) for ending in ("npz", "png")]
    assert names == [*wanted, "prediction.npz", "prediction.png"]
    assert Image.open(folder / "maps" / "00_gated_0.png").size == (24, 16)
    maps = np.load(folder / "maps" / "00_gated_0.npz")
    assert maps["alpha"].shape == (4, 6)
    assert maps["resized"].shape == (16, 24)
    assert maps["alpha"].min() >= 0
    assert maps["alpha"].max() <= 1
    assert "3 attention maps were written to maps." in run.stdout


def test_the_prediction_is_laid_over_the_picture_too(tmp_path):
    """If it is a map; it is recorded as the model gives it, and the gates of the rows and the columns make a map."""
    from sandbox.model_run.overlays import write_overlays
    from sandbox.model_run.results import MergeRecord, MergeTensors, ModelOutput, Run
    from ui.inspector.summary_table import figures_of

    chance = np.random.default_rng(3)
    x = chance.normal(size=(1, 8, 6, 3)).astype("float32")
    rows, columns = (chance.random((1, *shape, 3)).astype("float32") for shape in ((8, 1), (1, 6)))
    map_ = chance.random((1, 8, 6, 1)).astype("float32")
    found = MergeTensors((x, rows, columns), x * rows * columns)
    record = MergeRecord("gate", tuple(map(figures_of, found.inputs)), figures_of(found.output), map_[0, ..., 0])

    class Opened:
        model = type(
            "File",
            (),
            {"merge": staticmethod(lambda _: type("Entry", (), {"operation": "Multiply", "contracted": None}))},
        )

        @staticmethod
        def tensors(_):
            future = Future()
            future.set_result(found)
            return future

    run = Run({"gate": record}, (ModelOutput(map_.shape, map_),))
    said = write_overlays(tmp_path, Opened, run, {"image": x})
    assert said == ("1 attention maps were written to " + tmp_path.name + ".",)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["00_gate.npz", "00_gate.png", "prediction.npz", "prediction.png"]
    np.testing.assert_array_equal(np.load(tmp_path / "prediction.npz")["alpha"], map_[0, ..., 0])
    np.testing.assert_allclose(np.load(tmp_path / "00_gate.npz")["alpha"], (rows * columns)[0].mean(-1), rtol=1e-6)


def test_an_odd_picture_is_told_what_fits(folder):
    """89 is no multiple of 8: the padding and the layer are printed, and the run fails at a merge."""
    (folder / "gated.keras").write_bytes(saved(gated()))
    Image.fromarray(np.zeros((89, 88, 3), np.uint8)).save(folder / "odd.png")
    run = command(folder / "gated.keras", "--image", folder / "odd.png")
    assert run.returncode == 1
    assert "axis 1: 8, axis 2: 8" in run.stdout
    assert "keras.layers.ZeroPadding2D(((0, 7), (0, 0)))" in run.stdout


def test_everything_in_which_tensors_meet_is_listed(folder, capsys):
    """Code, layers that combine tensors inside, and operations, each with shapes and sources."""
    q, v = keras.Input((4, 6), name="q"), keras.Input((5, 6), name="v")
    dense = layers.Dense(6)
    apart = layers.Lambda(lambda pair: abs(pair[0] - pair[1]), name="apart", output_shape=(4, 6))([q, dense(q)])
    seen = layers.Attention(name="seen")([q, v])
    both = layers.Bidirectional(layers.LSTM(3, return_sequences=True), merge_mode="ave", name="both")(q)
    (folder / "meet.keras").write_bytes(saved(keras.Model([q, v], [apart, seen, both, q / dense(q)])))
    assert main([str(folder / "meet.keras")]) == 0
    text = capsys.readouterr().out
    code = text[text.index("Tensors meet in code that is not read:") :]
    assert re.search(r"apart +Lambda +\(None, 4, 6\) and \(None, 4, 6\) -> ", code)
    assert "of q, dense" in code
    inside = text[text.index("Layers that combine tensors inside:") :]
    assert re.search(r"seen +Attention +\(None, 4, 6\) and \(None, 5, 6\) -> \(None, 4, 6\) +of q, v", inside)
    assert "Bidirectional (merge_mode=ave)" in inside
    assert "TrueDivide" in text
    assert "No two tensors meet" not in text
    x = keras.Input((3,), name="x")
    (folder / "none.keras").write_bytes(saved(keras.Model(x, layers.Dense(2)(x))))
    assert main([str(folder / "none.keras")]) == 0
    assert "No two tensors meet in this model." in capsys.readouterr().out


def test_names_cannot_steer_the_terminal(folder, capsys):
    """Escape codes in the name of a layer are not printed."""
    x = keras.Input((3,), name="x")
    content = saved(keras.Model(x, layers.Add(name="a\x1b[31mred")([x, x])))
    (folder / "red.keras").write_bytes(content)
    assert main([str(folder / "red.keras")]) == 0
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("broken.png", "This is not a PNG, JPEG or WebP picture"),
        ("text.npy", "is not an array of numbers"),
        ("none.png", "cannot be read"),
    ],
)
def test_a_bad_picture_is_told_in_one_line(folder, capsys, file, text):
    """Before anything is started."""
    assert main([str(folder / "unet.keras"), "--image", str(folder / file)]) == 2
    told = capsys.readouterr().err
    assert text in told
    assert told.count("\n") == 1


def test_pictures_are_scaled_as_asked(folder):
    """The ends of each scale; grey, colour and arrays."""
    read = read_model((folder / "unet.keras").read_bytes())
    Image.fromarray(np.repeat(np.array([[0, 255]], np.uint8), 3, 0)).save(folder / "ends.png")
    extremes = {"0..1": (0, 1), "-1..1": (-1, 1), "none": (0, 255)}
    for scale, (low, high) in extremes.items():
        array = file_inputs(read, folder / "ends.png", scale, 0)[0]["image"]
        assert (array.min(), array.max()) == (low, high)
    array = file_inputs(read, folder / "ends.png", "imagenet", 0)[0]["image"]
    np.testing.assert_allclose(array[0, 0, 0], [-2.117904, -2.035714, -1.804444], atol=1e-5)
    found, notes = file_inputs(read, folder / "picture.png", "none", 0)
    assert found["image"].shape == (1, 12, 20, 3)
    assert "The picture of (40, 30) is resized to (12, 20)." in notes
    found, notes = file_inputs(read, folder / "array.npy", "none", 0)
    assert (found["image"] == 1).all()
    assert notes == ("A batch axis of size 1 was added.",)
    assert noise_inputs(read, 5)["image"].tobytes() == noise_inputs(read, 5)["image"].tobytes()
    assert noise_inputs(read, 5)["image"].tobytes() != noise_inputs(read, 6)["image"].tobytes()


def test_whole_numbers_get_pixels_as_they_are(folder):
    """A picture for an input of uint8 is not scaled to 0..1, where nothing of it would be left."""
    read = read_model(wide_input(40, 30, 3, dtype="uint8"))
    pixels = np.asarray(Image.open(folder / "picture.png"))
    np.testing.assert_array_equal(file_inputs(read, folder / "picture.png", "0..1", 0)[0]["x"][0], pixels)
    assert set(np.unique(noise_inputs(read, 0)["x"])) == {0, 1}


def test_the_command_looks_at_weights_and_sizes_first(tmp_path):
    """Without Keras, in a process of its own; its libraries have nothing to say on our standard error."""
    path = tmp_path / "m.keras"
    entry = model(layer("Add", "a", [[[tensor("x"), tensor("x")]]]))
    for content, code, part, *options in (
        (archive(entry), 0, ""),
        (archive(entry, WEIGHTS["external link"][0]), 2, "point at another file"),
        (archive(entry, WEIGHTS["scrambled"][0]), 2, "damaged or cut off"),
        (wide_input(60_000, 60_000), 2, "have 3,600,000,000 elements", "--noise", "1"),
    ):
        path.write_bytes(content)
        run = command(path, *options)
        assert run.returncode == code
        assert part in run.stderr
        assert run.stderr.count("\n") == (1 if code else 0)
        assert bool(run.stdout) == (not code)


@pytest.mark.skipif(not LINUX, reason="has such a device")
def test_a_file_without_end_is_not_read(capsys):
    """A device says that it has no bytes, and gives them for ever."""
    assert main(["/dev/zero"]) == 2
    assert capsys.readouterr().err == "zero cannot be read: it is not a file.\n"
