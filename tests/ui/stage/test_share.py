"""The QR code of a link: the picture holds the code of just this text, with its border."""

import io
import re
from xml.etree import ElementTree

import numpy as np
import segno
from PIL import Image

from ui.stage.share import qr_code

LINK = "http://example.test/Merge_lab?op=Multiply&s0=5,1,5&lang=zh&x=合并"


def test_png():
    """Module by module, and four white ones around."""
    picture = np.asarray(Image.open(io.BytesIO(qr_code(LINK, kind="png"))).convert("L"))
    wanted = np.array([list(row) for row in segno.make(LINK, error="l", micro=False).matrix_iter(border=4)])
    assert picture.shape == (len(wanted) * 8, len(wanted) * 8)
    assert (picture[4::8, 4::8] == np.where(wanted, 0, 255)).all()


def test_svg():
    """An SVG that loads nothing and is black on white."""
    svg = qr_code(LINK)
    root = ElementTree.fromstring(svg)
    assert root.tag.endswith("svg")
    assert "http" not in re.sub(r'xmlns="[^"]*"', "", svg)
    assert 'fill="#fff"' in svg or 'fill="#ffffff"' in svg


def test_too_long():
    """No code for what does not fit."""
    assert qr_code("http://example.test/?v0=" + "1," * 2000) is None
