"""The deck, opened by python-pptx and by a plain XML reader."""

import io
import xml.etree.ElementTree as ElementTree
import zipfile

import numpy as np
import pytest
from PIL import Image
from pptx import Presentation

from tests.ui.export.test_pictures import HOSTILE, export
from tests.ui.tensor_view.demo import CASES, counting
from ui.export import Document, Illustration
from ui.export.drawing.heatmap import heat_of
from ui.export.drawing.layout import plans_of
from ui.export.drawing.theme import theme
from ui.export.names import clean
from ui.export.painters.raster import draw_heat
from ui.tensor_view import Panel, Selection, TensorView

CODE = {"Keras": "import keras\ny = keras.layers.Multiply()([x0, x1])", "NumPy": "y = x0 * x1"}


def link(selection):
    """As a page gives it."""
    return f"https://x.test/Merge_lab?op=Multiply&at={','.join(map(str, selection.at))}"


def opened(document, **options):
    """The deck as python-pptx reads it."""
    return Presentation(io.BytesIO(export("pptx", document, **options)))


def texts(slide):
    """All native text of a slide."""
    return [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]


def addresses(slide):
    """Where its links lead."""
    frames = [shape.text_frame for shape in slide.shapes if shape.has_text_frame]
    runs = [run for frame in frames for paragraph in frame.paragraphs for run in paragraph.runs]
    return [run.hyperlink.address for run in runs if run.hyperlink.address]


def test_a_deck_of_the_notes_example():
    """16:9; a view, the alignment, two slices, one slide of code; each with notes and its own deep link."""
    document = Document(CASES["note"](), Selection(cell=(0, 2, 3)), "相乘 Multiply", link, CODE, language="zh-CN")
    deck = opened(document, count=2)
    assert deck.slide_width * 9 == deck.slide_height * 16
    slides = list(deck.slides)
    assert len(slides) == 1 + 1 + 2 + 1
    for slide, at in zip(slides, ["0,2,3", "0,2,3", "0,2,3", "1,2,3", "0,2,3"], strict=True):
        links = addresses(slide)
        wanted = link(Selection(at=(int(at[0]), 0, 0)))
        assert [address.split("at=")[1][0] for address in links] == [at[0]]
        assert links[0].startswith(wanted.split("at=")[0])
        assert links[0] in slide.notes_slide.notes_text_frame.text
    assert slides[0].shapes.title.text_frame.text == "相乘 Multiply"
    assert {"(0, 2, 3): 256 = 4 × 64", "input 0", "350"} <= set(texts(slides[0]))
    assert "(1, 2, 3): 756 = 9 × 84" in texts(slides[3])
    assert "input 1: shape (5, 4, 5), float32" in slides[0].notes_slide.notes_text_frame.text
    assert "# Keras\nimport keras\ny = keras.layers.Multiply()([x0, x1])\n\n# NumPy\ny = x0 * x1" in texts(slides[4])


def test_pictures_on_slides_are_the_heatmaps():
    """Native images over the whole width, each at least 45 % of the slide's height, with the colours on screen."""
    document = Document(CASES["gate"](), Selection(at=(0, 0, 0, 119)), "gate")
    deck = opened(document, count=0)
    named = {
        shape._element.nvPicPr.cNvPr.get("descr"): shape for shape in deck.slides[0].shapes if shape.shape_type == 13
    }
    panels = [shape for name, shape in named.items() if name]
    assert len(panels) == 3
    look = document.look()
    for number, (shape, plan) in enumerate(zip(panels, plans_of(look), strict=True)):
        assert shape.height >= 0.45 * deck.slide_height
        drawn = np.asarray(Image.open(io.BytesIO(shape.image.blob)))
        heat = heat_of(look, number, plan, (shape.width / 9525, shape.height / 9525), 4)
        np.testing.assert_array_equal(drawn, draw_heat(heat, 4, theme("light").ground))
    assert panels[0].left < 0.05 * deck.slide_width
    assert panels[2].left + panels[2].width > 0.95 * deck.slide_width


def test_panels_that_do_not_fit_one_row_are_laid_out_in_several():
    """A chain of five panels is drawn as the composed scene."""
    view = TensorView(tuple(Panel(f"p{number}", counting((7, 11))) for number in range(5)))
    deck = opened(Document(view, None, "chain"), count=0)
    assert sum(shape.shape_type == 13 and shape.width > 10 * shape.height / 9 for shape in deck.slides[0].shapes) >= 5


def test_a_wall_of_all_channels_before_and_after():
    """The features and the gated features side by side, 256 thumbnails each, on a slide of their own."""
    document = Document(CASES["gate"](), Selection(at=(0, 0, 0, 119)), "gate")
    deck = opened(document, count=0)
    walls = [shape for shape in deck.slides[1].shapes if shape.shape_type == 13]
    assert [shape._element.nvPicPr.cNvPr.get("descr").split(" · ")[1] for shape in walls] == ["256 channels"] * 2
    assert all(shape.height >= 0.6 * deck.slide_height for shape in walls)
    pixels = np.asarray(Image.open(io.BytesIO(walls[0].image.blob)))
    look, plan = document.look(), plans_of(document.look())[0]
    columns = (pixels.shape[1] + 4) // 52
    assert columns * ((pixels.shape[0] + 4) // 52) >= 256
    heat = heat_of(look.moved(columns + 1), 0, plan, (48, 48), 1)  # row 1, column 1
    np.testing.assert_array_equal(pixels[52:100, 52:100], heat.pixels(1, theme("light").ground))


def test_images_of_the_page_have_a_slide():
    """Such as the prediction, as large as they fit, with their text alternative."""
    picture = Illustration("Prediction", "Predicted region in orange.", np.full((7, 11, 3), 90, np.uint8))
    slide = opened(Document(CASES["note"](), None, "x", pictures=(picture,)), count=0).slides[1]
    (shape,) = [shape for shape in slide.shapes if shape.shape_type == 13]
    assert shape._element.nvPicPr.cNvPr.get("descr") == "Predicted region in orange."
    assert abs(shape.width / shape.height - 11 / 7) < 0.01
    assert np.asarray(Image.open(io.BytesIO(shape.image.blob))).shape == (7, 11, 3)
    assert "Prediction" in texts(slide)


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1:8501", "127.3.2.1", "[::1]:8501", "0.0.0.0:8501"])
def test_no_link_that_only_works_on_this_machine(host):
    """A loopback address is neither on the slides nor in the notes."""
    document = Document(CASES["note"](), None, "x", lambda _: f"http://{host}/Merge_lab", CODE)
    for slide in opened(document, count=1).slides:
        assert addresses(slide) == []
        assert "http" not in slide.notes_slide.notes_text_frame.text


def test_the_code_runs_as_it_is():
    """Arrays that would be loaded from files are made, in the shapes on screen."""
    code = (
        'import numpy as np\n\nx0 = np.load("input_0.npy")  # your own values\nx1 = np.load("input_1.npy")\ny = x0 * x1'
    )
    slide = list(opened(Document(CASES["note"](), None, "x", code={"NumPy": code}), count=0).slides)[-1]
    shown = next(text for text in texts(slide) if text.startswith("# NumPy"))
    names: dict[str, np.ndarray] = {}
    exec(shown, names)  # our own code is what is under test
    assert names["y"].shape == (5, 4, 5)


def test_the_alignment_is_a_native_table():
    """Sizes and roles, in cells that can be edited."""
    slide = opened(Document(CASES["note"](), None, "x"), count=0).slides[1]
    table = next(shape.table for shape in slide.shapes if shape.has_table)
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    filled = {cell.text: str(cell.fill.fore_color.rgb) for row in table.rows for cell in row.cells}
    assert filled["1 stretched"] not in (filled["5 batch"], filled["5 matched"])
    assert rows == [
        ["", "axis 0", "axis 1", "axis 2"],
        ["input 0", "5 batch", "1 stretched", "5 matched"],
        ["input 1", "5 batch", "4 matched", "5 matched"],
        ["result", "5", "4", "5"],
    ]


def test_every_part_is_xml_and_chinese_has_its_font():
    """Nothing refers to another host but the link; text runs name a font with Chinese and their language."""
    document = Document(CASES["note"](), None, "合并", link, CODE, language="zh-CN", theme=theme("dark"))
    archive = zipfile.ZipFile(io.BytesIO(export("pptx", document, count=0)))
    assert archive.testzip() is None
    for name in archive.namelist():
        if name.endswith((".xml", ".rels")):
            ElementTree.fromstring(archive.read(name))
        if name.endswith(".rels"):
            outside = [one.get("Target") for one in ElementTree.fromstring(archive.read(name)) if one.get("TargetMode")]
            assert all(target.startswith("https://x.test/") for target in outside)
    slide = archive.read("ppt/slides/slide1.xml").decode()
    assert 'typeface="Microsoft YaHei"' in slide
    assert 'lang="zh-CN"' in slide
    assert "合并" in slide


@pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
def test_foreign_names_are_text_on_slides(title):
    """As they are, but for what XML cannot hold; a link that is none is no link."""
    view = TensorView((Panel(title, counting((2, 3))),))
    deck = opened(Document(view, None, title, lambda _: "javascript:alert(1)", {title: title}), count=0)
    shown = clean(" ".join(title.split()))
    assert deck.slides[0].shapes.title.text_frame.text == shown
    for slide in deck.slides:
        assert not addresses(slide)
