"""GIF and WebP: frames counted, every colour compared with the table, stopped half-way."""

import io

import numpy as np
import pytest
from PIL import Image

from core import merge
from core.tensor_view.colours import colours
from tests.ui.export.test_pictures import export
from tests.ui.tensor_view.demo import CASES, blobs, merge_view
from ui.export import Document, Moment
from ui.export.drawing.scale import paint
from ui.export.drawing.scene import Picture
from ui.export.formats import FORMATS, Options, scenes
from ui.export.painters.animation import changed, coarseness, to_gif, to_palette, to_webp
from ui.export.progress import StoppedError
from ui.tensor_view import Panel, Selection, TensorView
from ui.views.assets import arrays


def sweep(channels=7, **more):
    """The attention gate with a few channels, in an order of its own."""
    x = blobs(11, 13, channels)
    alpha = np.abs(blobs(11, 13, 1, seed=5))
    return Document(merge_view("Multiply", [x, alpha]), Selection(**more), "sweep")


def frames(data):
    """Every frame as pixels."""
    image = Image.open(io.BytesIO(data))
    found = []
    for number in range(image.n_frames):
        image.seek(number)
        found.append(np.asarray(image.convert("RGB")))
    return image, found


def middles(frame, picture, scale):
    """The colour in the middle of every cell, in a corner that nothing is drawn over."""
    rows, cols = picture.heat.values.shape
    width, height = picture.heat.cell
    down = ((picture.y + (np.arange(rows) + 0.15) * height) * scale).astype(int)
    across = ((picture.x + (np.arange(cols) + 0.15) * width) * scale).astype(int)
    return frame[np.ix_(down, across)]


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_each_frame_is_a_channel_in_the_colours_of_the_table(kind):
    """As many frames as channels; WebP to the byte, GIF to the nearest entry that its 256 colours leave."""
    document = sweep()
    image, found = frames(export(kind, document, count=7, scale=1, speed=10))
    assert (image.format, image.n_frames, image.info["loop"]) == ({"gif": "GIF", "webp": "WEBP"}[kind], 7, 0)
    drawn = scenes(document, Options(count=7, scale=1), kind == "webp")
    coarse = drawn[0].items[[isinstance(item, Picture) for item in drawn[0].items].index(True)].heat.coarse
    assert coarse == 1 if kind == "webp" else coarse <= 4
    for number, (frame, scene) in enumerate(zip(found, drawn, strict=True)):
        for panel, picture in enumerate(item for item in scene.items if isinstance(item, Picture)):
            value = document.view.panels[panel].value[0, ..., number if panel != 1 else 0]
            exact = paint(value, picture.heat.scale)[0]
            seen = middles(frame, picture, 1)
            if kind == "webp":
                np.testing.assert_array_equal(seen, exact)
            table = colours(picture.heat.scale.table).astype(int)
            entries = [np.abs(table - colour).sum(axis=1).argmin() for colour in seen.reshape(-1, 3).astype(int)]
            wanted = [np.abs(table - colour).sum(axis=1).argmin() for colour in exact.reshape(-1, 3).astype(int)]
            assert np.abs(np.subtract(entries, wanted)).max() <= coarse // 2


def test_a_few_colours_are_kept_exactly():
    """The example of the notes has fewer than 256: a GIF is exact, element by element."""
    document = Document(CASES["note"](), Selection(), "note")
    drawn = scenes(document, Options(count=5, scale=1), exact=False)
    assert coarseness(drawn[0]) == 1
    image, found = frames(export("gif", document, count=5, scale=1))
    assert image.n_frames == 5
    for number, (frame, scene) in enumerate(zip(found, drawn, strict=True)):
        last = [item for item in scene.items if isinstance(item, Picture)][-1]
        np.testing.assert_array_equal(
            middles(frame, last, 1), paint(document.view.panels[2].value[number], last.heat.scale)[0]
        )


def test_the_order_and_the_time_of_frames():
    """In the order that was chosen, from its first; 25 frames a second last 40 ms each."""
    view = CASES["gate"]()
    document = Document(view, Selection(order="energy"), "gate")
    drawn = scenes(document, Options(count=3, scale=1), exact=True)
    for channel, scene in zip(view.orders[0].channels, drawn, strict=False):
        last = [item for item in scene.items if isinstance(item, Picture)][-1]
        np.testing.assert_array_equal(last.heat.values, view.panels[2].value[0, ..., channel])
    image = Image.open(io.BytesIO(export("gif", document, count=3, scale=1, speed=25)))
    assert image.info["duration"] == 40


def test_moments_of_training():
    """The shipped record of how the map was learned, a frame for each moment, the later the sharper."""
    alphas, features = arrays("alpha")["gate20"], arrays("trace_20")["x"][:1].astype("float32")
    moments = []
    for step in (0, 11, 23):
        alpha = alphas[step, :1].repeat(2, 1).repeat(2, 2).astype("float32")
        merged = merge("Multiply", [features, alpha])
        panels = (Panel("x", features), Panel("α", alpha, "×"), Panel("x × α", merged.value, "="))
        moments.append(Moment(f"step {arrays('alpha')['steps'][step]}", TensorView(panels, merged.alignment)))
    document = Document(moments[-1].view, Selection(), "training", moments=tuple(moments))
    _, found = frames(export("webp", document, count=3, scale=1, subject="moments"))
    drawn = scenes(document, Options(count=3, scale=1, subject="moments"), exact=True)
    assert len(found) == 3
    for frame, scene, moment in zip(found, drawn, moments, strict=True):
        picture = [item for item in scene.items if isinstance(item, Picture)][1]
        exact = paint(moment.view.panels[1].value[0, ..., 0], picture.heat.scale)[0]
        np.testing.assert_array_equal(middles(frame, picture, 1), exact)
    assert not np.array_equal(found[0], found[2])


@pytest.mark.parametrize("kind", ["gif", "webp", "pptx"])
def test_stopped_half_way_nothing_is_written(kind):
    """The piece after the wish is not begun, and no byte comes back."""
    told = []

    def tell(done, total):
        told.append((done, total))
        if done == 3:
            raise StoppedError

    with pytest.raises(StoppedError):
        FORMATS[kind].make(sweep(), Options(count=7, scale=1), tell)
    assert max(done for done, _ in told) == 3
    assert {total for _, total in told} <= {0, 7, 9}


def test_one_frame_and_frames_that_are_the_same():
    """A tensor without channels is a picture that stands still; equal frames are still counted."""
    still = np.zeros((20, 30, 3), np.uint8)
    for write in (to_gif, to_webp):
        assert Image.open(io.BytesIO(write(iter([still]), 1, 100))).size == (30, 20)
    assert changed(still, still) == (0, 0, 1, 1)
    assert Image.open(io.BytesIO(to_gif(iter([still, still, still + 1]), 3, 100))).n_frames == 3
    vector = Document(CASES["vector"](), None, "vector")
    assert Image.open(io.BytesIO(export("webp", vector, scale=1))).format == "WEBP"


def test_palettes():
    """Exact up to 256 colours; beyond that the rarest become the nearest of the others."""
    random = np.random.default_rng(3)
    few = random.integers(0, 256, (256, 3), np.uint8)[random.integers(0, 256, (40, 50))]
    np.testing.assert_array_equal(np.asarray(to_palette(few).convert("RGB")), few)
    many = np.stack(np.meshgrid(np.arange(40), np.arange(50), [7], indexing="ij"), axis=-1)[:, :, 0].astype(np.uint8)
    off = np.abs(np.asarray(to_palette(many).convert("RGB")).astype(int) - many)
    assert 0 < off.max() <= 50
