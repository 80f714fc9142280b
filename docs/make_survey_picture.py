"""Draws docs/survey.png: the oddest slices of a survey, with their maps and the outlines of the target.

`python docs/make_survey_picture.py FOLDER [GATE]`, for a survey of the shipped network over seeds of its generator.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from core.segmentation.overlay import COOL, draw_outline, enlarge, lay_over
from network.phantoms import phantom
from survey.results import Results, open_results

_COUNT, _ACROSS, _FACTOR, _LABEL = 10, 5, 2, 34


def main(folder: str, gate: str = "gate20_gated") -> None:
    """Write the picture."""
    results = open_results(Path(folder))
    number = results.gates.index(gate)
    rows = [int(row) for row in results.odd(number)[:_COUNT]]
    maps = results.maps(number, rows).astype(np.float32) / 255
    side = 160 * _FACTOR
    sheet = Image.new("RGB", (_ACROSS * side, -(-_COUNT // _ACROSS) * (side + _LABEL)), "white")
    pen = ImageDraw.Draw(sheet)
    for at, (row, plane) in enumerate(zip(rows, maps, strict=True)):
        left, top = at % _ACROSS * side, at // _ACROSS * (side + _LABEL)
        slice_ = phantom(int(str(results.ids[row]).removeprefix("seed ")))
        picture = enlarge(lay_over(slice_.image, plane[..., None]), _FACTOR)
        sheet.paste(Image.fromarray(draw_outline(picture, slice_.target, COOL)), (left, top))
        pen.text((left + 4, top + side + 2), _label(results, number, row), "black", ImageFont.load_default(13))
    sheet.quantize(128).save(Path(__file__).parent / "survey.png", optimize=True)


def _label(results: Results, number: int, row: int) -> str:
    figures = {name: results.column(f"g{number}_{name}")[row] for name in ("oddness", "closed", "iou", "auc")}
    return (
        f"{results.ids[row]}: {figures['oddness']:.1f} MAD, closed {figures['closed']:.2f}\n"
        f"IoU {figures['iou']:.2f}, AUC {figures['auc']:.3f}"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
