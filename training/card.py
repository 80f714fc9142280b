"""Writes assets/CARD.md from the template `training/card.md`, the recorded recipe and the evaluation's figures."""

import json
from pathlib import Path
from typing import Any

Tree = dict[str, Any]  # as JSON gives it

_TEMPLATE = Path(__file__).with_name("card.md")


def write_card(assets: Path) -> None:
    """Fill the template from training.json and figures.json of the folder; the result is CARD.md in the same folder."""
    note = json.loads((assets / "training.json").read_text(encoding="utf-8"))
    figures = json.loads((assets / "figures.json").read_text(encoding="utf-8"))
    card = _TEMPLATE.read_text(encoding="utf-8").format(**_fields(note, figures, assets))
    (assets / "CARD.md").write_text(card, encoding="utf-8")


def _fields(note: Tree, figures: Tree, assets: Path) -> dict[str, object]:
    """The fields of the template."""
    gated, plain = figures["gated"], figures["plain"]
    return {
        **note["recipe"],
        "minutes_gated": round(note["seconds"]["gated"] / 60, 1),
        "minutes_plain": round(note["seconds"]["plain"] / 60, 1),
        "versions": ", ".join(f"{name} {number}" for name, number in note["versions"].items()),
        "slices": figures["slices"],
        "first_seed": figures["first_seed"],
        "dice_table": "\n".join(
            f"| {name} | {one['dice']:.3f} | {one['dice_median']:.3f} | {one['dice_worst']:.3f} |"
            for name, one in (("with gates", gated), ("without gates", plain))
        ),
        "alpha_table": "\n".join(
            f"| {grid} | {one['target']:.3f} | {one['rest']:.3f} | {one['ratio']:.1f} | {one['air']:.3f} |"
            for grid, one in gated["gates"].items()
        ),
        "files": "\n".join(
            f"| {path.name} | {path.stat().st_size / 1e6:.2f} |"
            for path in sorted(assets.iterdir())
            if path.suffix in (".npz", ".keras")
        ),
    }
