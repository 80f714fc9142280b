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
from ui.export import Document
from ui.export.drawing.compose import compose
from ui.export.drawing.scene import Picture
from ui.export.drawing.theme import theme
from ui.export.names import clean
from ui.export.painters.raster import draw_heat
from ui.tensor_view import Panel, Selection, TensorView

CODE = {"Keras": "import keras\ny = keras.layers.Multiply()([x0, x1])", "NumPy": "y = x0 * x1"}


def link(selection):
    """As a page gives it."""
    return f"http://127.0.0.1:8501/Merge_lab?op=Multiply&at={','.join(map(str, selection.at))}"


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
    """16:9; a view, the alignment, two channels, code; each with notes and its own deep link, Chinese intact."""
    document = Document(CASES["note"](), Selection(cell=(0, 2, 3)), "相乘 Multiply", link, CODE, language="zh-CN")
    deck = opened(document, count=2)
    assert deck.slide_width * 9 == deck.slide_height * 16
    slides = list(deck.slides)
    assert len(slides) == 1 + 1 + 2 + 2
    for slide, at in zip(slides, ["0,2,3", "0,2,3", "0,2,3", "1,2,3", "0,2,3", "0,2,3"], strict=True):
        links = addresses(slide)
        wanted = link(Selection(at=(int(at[0]), 0, 0)))
        assert [address.split("at=")[1][0] for address in links] == [at[0]]
        assert links[0].startswith(wanted.split("at=")[0])
        assert links[0] in slide.notes_slide.notes_text_frame.text
    assert slides[0].shapes.title.text_frame.text == "相乘 Multiply"
    assert {"(0, 2, 3): 256 = 4 × 64", "input 0", "axis 1 · stretched to 4", "350"} <= set(texts(slides[0]))
    assert "(1, 2, 3): 756 = 9 × 84" in texts(slides[3])
    assert "input 1: shape (5, 4, 5), float32" in slides[0].notes_slide.notes_text_frame.text
    assert "keras.layers.Multiply" in "\n".join(texts(slides[4]))


def test_pictures_on_slides_are_the_heatmaps():
    """Native pictures, pixel by pixel what is on screen."""
    document = Document(CASES["gate"](), Selection(at=(0, 0, 0, 119)), "gate")
    slide = opened(document, count=0).slides[0]
    scene = compose(document.look(), theme("light"), bare=True, ratio=4, width=860)
    heats = [item.heat for item in scene.items if isinstance(item, Picture)]
    shapes = [shape for shape in slide.shapes if shape.shape_type == 13]
    pictures = [np.asarray(Image.open(io.BytesIO(shape.image.blob))) for shape in shapes]
    for heat in heats:
        drawn = draw_heat(heat, 4, theme("light").ground)
        assert any(picture.shape == drawn.shape and (picture == drawn).all() for picture in pictures)
    described = [shape._element.nvPicPr.cNvPr.get("descr") for shape in shapes]
    assert "(20, 20)" in described


def test_the_alignment_is_a_native_table():
    """Sizes and roles, in cells that can be edited."""
    slide = opened(Document(CASES["note"](), None, "x"), count=0).slides[1]
    table = next(shape.table for shape in slide.shapes if shape.has_table)
    rows = [[cell.text for cell in row.cells] for row in table.rows]
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
            assert all(target.startswith("http://127.0.0.1") for target in outside)
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
