"""PNG and SVG, opened by other programs than those that wrote them."""

import io
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from core.tensor_view.colours import colours
from tests.ui.tensor_view.demo import CASES, counting
from ui.export import Document, Illustration
from ui.export.drawing.compose import compose
from ui.export.drawing.fonts import font_for
from ui.export.drawing.scene import Picture, Text
from ui.export.drawing.snapshot import look_at
from ui.export.drawing.theme import css, theme
from ui.export.formats import FORMATS, Options
from ui.export.progress import no_progress
from ui.tensor_view import Panel, Scene, Selection, TensorView

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "]]>&amp;<!--",
    "\u202eexe.gpj \u0627\u0644\u0639\u0631\u0628\u064a\u0629",
    "\U0001f9e0\U0001f468\u200d\U0001f52c",
    "a\x00b\x1bc\ud800",
    "![x](http://x.test/a.png) $x$ `y`",
    "两个张量 “相乘”",
    "../../etc/passwd",
    "n" * 5000,
)


def export(name, document, **options):
    """One file of a document."""
    return FORMATS[name].make(document, Options(**options), no_progress)


def picture_of(document):
    """The last heatmap of a document and where it lies."""
    scene = compose(document.look(), document.theme, title=document.line)
    return scene, [item for item in scene.items if isinstance(item, Picture)]


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_a_png_holds_the_colours_of_the_table(scale):
    """The multiplication of the notes: 51 is the darkest, 350 the brightest; at each size at the same positions."""
    document = Document(CASES["note"](), Selection(cell=None), "Multiply")
    image = Image.open(io.BytesIO(export("png", document, scale=scale)))
    image.load()
    scene, pictures = picture_of(document)
    assert image.format == "PNG"
    assert image.info["Title"] == "Multiply"
    assert image.size == (int(np.ceil(scene.width * scale)), int(np.ceil(scene.height * scale)))
    pixels = np.asarray(image.convert("RGB"))
    for part, low, high in zip(pictures, (1, 51, 51), (5, 70, 350), strict=True):
        width, height = part.heat.cell
        for row, col in np.ndindex(part.heat.values.shape):
            y, x = (part.y + (row + 0.2) * height) * scale, (part.x + (col + 0.15) * width) * scale
            entry = int((part.heat.values[row, col] - low) / (high - low) * 255 + 0.5)
            assert tuple(pixels[int(y), int(x)]) == tuple(colours("cividis")[entry])


def test_an_svg_is_text_and_rectangles():
    """Every number is there as text, every cell in its colour; nothing is loaded from elsewhere."""
    document = Document(CASES["note"](), Selection(cell=(0, 0, 0)), "Multiply")
    root = ElementTree.fromstring(export("svg", document))
    texts = ["".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")]
    values = [str(int(value)) for panel in document.view.panels for value in panel.value[0].ravel()]
    assert set(values) <= set(texts)
    assert {"Multiply", "(0, 0, 0): 51 = 1 × 51", "input 0", "axis 1 · broadcast to 4"} <= set(texts)
    fills = [element.get("fill") for element in root.iter("{http://www.w3.org/2000/svg}rect")]
    for value, high, low in ((51, 350, 51), (216, 350, 51), (64, 70, 51), (3, 5, 1)):
        assert css(tuple(map(int, colours("cividis")[int((value - low) / (high - low) * 255 + 0.5)]))) in fills
    for element in root.iter():
        for name, value in element.attrib.items():
            assert not name.endswith("href") or value.startswith("data:image/png;base64,")
            assert "url(" not in value or value.startswith("url(#")


@pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
def test_foreign_names_are_text_in_pictures(title):
    """No name becomes an element, and none keeps a picture from being made."""
    view = TensorView((Panel(title, counting((2, 3))), Panel(title, counting((2, 3)), "→")))
    document = Document(view, Selection(), title)
    root = ElementTree.fromstring(export("svg", document))
    assert {element.tag.split("}")[1] for element in root.iter()} <= {
        "svg", "title", "style", "defs", "rect", "text", "g", "path", "image", "pattern", "circle",
    }  # fmt: skip
    shown = "".join(title.split()).translate({0: "\ufffd", 0x1B: "\ufffd", 0xD800: "\ufffd"})
    first = next(element for element in root.iter("{http://www.w3.org/2000/svg}title"))
    assert "".join(first.text.split()) == shown
    assert Image.open(io.BytesIO(export("png", document, scale=1))).size[0] > 100


@pytest.mark.parametrize("rank", range(7))
def test_every_rank_is_drawn(rank):
    """From a scalar to six axes, each of another size."""
    shape = (2, 3, 5, 7, 11, 13)[:rank]
    view = TensorView((Panel("x", np.random.default_rng(1).normal(size=shape)),))
    document = Document(view, Selection(at=tuple(size - 1 for size in shape)), "rank")
    _, (picture,) = picture_of(document)
    plan = {0: (), 1: (slice(None),)}.get(rank)
    expected = view.panels[0].value if plan is not None else None
    if rank == 2:
        expected = view.panels[0].value
    if rank == 3:
        expected = view.panels[0].value[1]
    if rank > 3:
        index = [size - 1 for size in shape]
        index[rank - 3] = index[rank - 2] = slice(None)
        expected = view.panels[0].value[tuple(index)]
    np.testing.assert_allclose(picture.heat.values.ravel(), np.asarray(expected, np.float32).ravel())
    for name in ("png", "svg"):
        assert export(name, document, scale=1)


def test_what_cannot_be_drawn_says_why():
    """Zero-size, too large, not real: the others are drawn beside it."""
    for case in ("zero", "large"):
        scene, pictures = picture_of(Document(CASES[case](), None, "x"))
        said = " ".join(item.text for item in scene.items if isinstance(item, Text))
        assert ("size 0" if case == "zero" else "too many to draw") in said
        assert pictures
    nothing = Document(TensorView((Panel("x", np.zeros((0, 3))),)), None, "x")
    assert picture_of(nothing)[1] == []
    assert export("png", nothing, scale=1)
    assert b"size 0" in export("svg", nothing)


def test_odd_values_are_marked_and_counted():
    """NaN and the infinities carry their patterns in both kinds of picture."""
    document = Document(CASES["strange"](), Selection(at=(0, 0, 0)), "odd")
    scene, pictures = picture_of(document)
    assert pictures[0].heat.counts() == {1: 1, 2: 1, 3: 1}
    assert {"1 NaN", "1 +∞", "1 −∞"} <= {item.text for item in scene.items if isinstance(item, Text)}
    root = ElementTree.fromstring(export("svg", document))
    patterns = [element.get("id") for element in root.iter("{http://www.w3.org/2000/svg}pattern")]
    assert patterns == ["mark1", "mark2", "mark3"]
    pixels = np.asarray(Image.open(io.BytesIO(export("png", document, scale=2))).convert("RGB"))
    width, height = pictures[0].heat.cell
    corner = pixels[int(2 * pictures[0].y) :, int(2 * pictures[0].x) :]
    assert len(np.unique(corner[: int(height), : int(width)].reshape(-1, 3), axis=0)) > 5, "a pattern, not one colour"


def test_both_grounds_and_all_values():
    """A dark picture is dark around the same colours."""
    light, dark = (Document(CASES["gate"](), None, "x", theme=theme(name)) for name in ("light", "dark"))
    one, other = (np.asarray(Image.open(io.BytesIO(export("png", each, scale=1)))) for each in (light, dark))
    assert tuple(one[0, 0]) == (255, 255, 255)
    assert tuple(other[0, 0]) == (0x11, 0x16, 0x1D)
    _, pictures = picture_of(light)
    y, x = int(pictures[0].y), int(pictures[0].x)
    assert (one[y : y + 300, x : x + 300] == other[y : y + 300, x : x + 300]).all()


def test_a_sum_is_that_of_the_merge():
    """Dot, written out as the page does it."""
    document = Document(CASES["dot"](), Selection(cell=(0, 1, 2)), "Dot")
    assert "(0, 1, 2): 2260 = 9 × 3 + 10 × 8 + 11 × 13 + 12 × 18 + 13 × 23 + … + 16 × 38" in " ".join(
        item.text for item in compose(document.look(), theme("light")).items if isinstance(item, Text)
    )


def test_axes_with_names_of_their_own():
    """As on the page: a training step is named as one."""
    view = TensorView(
        (Panel("α", counting((1, 3, 4, 5))), Panel("x", counting((1, 3, 4, 1)))), axis_names=("", "", "", "Moment")
    )
    scene, _ = picture_of(Document(view, Selection(channel=2), "learned"))
    said = [item.text for item in scene.items if isinstance(item, Text)]
    assert "Moment: 2 / 4" in said
    assert "Moment · broadcast to 5" in said


def test_type_for_pixels():
    """The app's own type writes Latin; a text with a letter that no font has is left out, not shown as boxes."""
    assert font_for("input 0 × −3.5 →", 12.0).getname()[0].startswith("Source")
    assert font_for("51", 12.0, code=True).getname()[0].startswith("SourceCode")
    assert font_for("x\U0010fffd", 12.0) is None
    look = look_at(TensorView((Panel("x\U0010fffd", counting((2, 2))),)))
    assert compose(look, theme("light")).items


def test_images_of_the_page_are_in_a_picture():
    """Below the calculation: in a PNG pixel by pixel at its own resolution, in an SVG embedded, both with the title."""
    pixels = np.random.default_rng(3).integers(0, 255, (320, 320, 3), np.uint8)
    document = Document(CASES["note"](), None, "x", pictures=(Illustration("Prediction", "In orange.", pixels),))
    plain = Image.open(io.BytesIO(export("png", Document(CASES["note"](), None, "x"), scale=1)))
    image = Image.open(io.BytesIO(export("png", document, scale=1)))
    assert image.width == plain.width
    assert image.height > plain.height + 320
    found = np.asarray(image.convert("RGB"))
    rows, cols = np.nonzero((found[: image.height - 319, : image.width - 319] == pixels[0, 0]).all(axis=2))
    assert any((found[row : row + 320, col : col + 320] == pixels).all() for row, col in zip(rows, cols, strict=True))
    svg = export("svg", document).decode()
    assert "Prediction" in svg
    assert svg.count("data:image/png") > export("svg", Document(CASES["note"](), None, "x")).decode().count(
        "data:image/png"
    )


def gate_with_scene():
    """The gate of the demo with an image of 40 × 40, its ground truth and two predictions."""
    random = np.random.default_rng(5)
    image = random.integers(0, 255, (40, 40), np.uint8)
    truth, other = np.zeros((40, 40), bool), np.zeros((40, 40), bool)
    truth[10:20, 12:30] = True
    other[11:21, 12:30] = True
    return replace(CASES["gate"](), scene=Scene(image, truth, np.stack([other, truth]), ("Dice 0.9", "Dice 1"), 1))


def test_the_scene_of_a_gate_is_in_its_exports():
    """The map over the image, the ground truth, and the prediction that is on screen with its score."""
    document = Document(gate_with_scene(), None, "gate")
    names = [picture.title for picture in document.illustrations()]
    assert names == ["α over the image", "Ground truth", "Prediction · Dice 1"]
    overlay, truth, _ = (picture.pixels for picture in document.illustrations())
    grey = np.repeat(document.view.scene.image[..., None], 3, axis=2).repeat(2, axis=0).repeat(2, axis=1)
    assert (truth[:18] == grey[:18]).all(), "above the target the image is as it was"
    assert (truth[24:36, 30:50] != grey[24:36, 30:50]).any(axis=2).all()
    assert (overlay != grey).any()
    assert all(name.split(" · ")[0] in export("svg", document).decode() for name in names)
    plain = Image.open(io.BytesIO(export("png", Document(CASES["gate"](), None, "gate"), scale=1)))
    assert Image.open(io.BytesIO(export("png", document, scale=1))).height > plain.height + 200
