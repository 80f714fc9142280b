"""More of the Gate gallery without a browser: steps, variants, pairs, all gates in one table, a new gate."""

import pytest

from core.gates import GATES, Gate, report
from core.gates.table import Variant
from core.gates.trace import Label
from tests.pages.test_gate_gallery import open_gallery, words
from ui.gallery.controls import FeatureChoice, GateChoice
from ui.gallery.features import features_of, run_new
from ui.text import _catalogue, plain

SMALL = {"features": "random", "fshape": "2,6,10,7"}


@pytest.mark.parametrize("name", list(GATES))
def test_every_step_of_every_gate_is_named(name):
    """On features with another size for each axis."""
    app = open_gallery(which=name, part="steps", **SMALL)
    assert not app.exception
    steps = str(app.table[0].value)
    assert all(step.symbol in steps for step in report.example_run(GATES[name]).steps)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "variant"), [(name, variant) for name, row in GATES.items() for variant in list(row.variants)[1:]]
)
def test_other_forms(name, variant):
    """Each form but the first, which the other tests have; the trained weights belong to the paper's alone."""
    app = open_gallery(which=name, which_form=variant)
    assert not app.exception
    assert app.selectbox(key="which_form").value == variant
    assert "Untrained" in words(app)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("one", "other"), [("attention", "global"), ("se", "pooling"), ("cbam", "coordinate")])
def test_two_gates_side_by_side(one, other, language):
    """Cost of both, their maps, outputs and shares kept."""
    app = open_gallery(which=one, two="true", other=other, part="both", lang=language)
    assert not app.exception
    table = app.table[0].value
    features = features_of(FeatureChoice(0, slice=0))
    for place, name in enumerate((one, other)):
        trace = run_new(GateChoice(name, next(iter(GATES[name].variants))), features)
        assert f"{trace.parameters:,}" in table.iloc[place].to_list()
        assert f"{trace.multiplications:,}" in table.iloc[place].to_list()
    assert len(app.get("bidi_component")) >= 4
    assert len(app.get("plotly_chart")) == 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_all_gates_in_one_table(language):
    """Each row of the table of gates, with what is broadcast."""
    app = open_gallery(part="all", lang=language, **SMALL)
    assert not app.exception
    table = app.table[0].value
    assert list(table.index) == [plain(_catalogue(language).gettext(row.title)) for row in GATES.values()]
    assert [merges.split(", ") for merges in table.iloc[:, 2]] == [list(row.merges) for row in GATES.values()]
    axes = " × ".join(_catalogue(language).gettext(word) for word in ("rows", "columns"))
    assert table.iloc[1, 1] == f"s → {axes}"
    assert app.get("expander")[0].proto.expanded


def test_a_gate_against_itself_in_another_form():
    app = open_gallery(which="scse", two="true", other="scse", other_form="max", part="both", **SMALL)
    assert not app.exception
    assert "The maximum of both" in app.table[0].value.index[1]
    assert "x̃ = max(" in words(open_gallery(which="scse", which_form="max", **SMALL))


@pytest.mark.slow
@pytest.mark.parametrize("shape", ["1,1,1,1", "3,1,7,2", "1,7,1,3", "1,5,5,5"])
@pytest.mark.parametrize("part", ["merges", "steps", "kept", "both"])
def test_small_features(shape, part):
    """Axes of 1 everywhere, odd sizes, square by chance."""
    for name in ("attention", "cbam", "coordinate", "pooling"):
        app = open_gallery(which=name, features="random", fshape=shape, part=part, two="true", other="eca")
        assert not app.exception


def test_a_new_gate_is_one_function_and_one_row(monkeypatch):
    """A toy gate: in the menu, on the page in every part, in list and run as text, in the docs."""

    def toy(chain, x, g, variant):
        alpha = chain.activate(Label("alpha", "α"), chain.convolve(Label("psi", "q", "W ∗ {0}"), x, 1), "sigmoid")
        chain.merge(Label("gated", "x̂", "{0} × {1}"), "Multiply", x, alpha)
        return alpha

    row = Gate(
        "toy", "Toy gate", "x̂ = x × σ(toy)", "", (("x", "(B, H, W, C)"), ("x̂", "(B, H, W, C)")), ("Multiply",),
        {"plain": Variant("Plain")}, toy, lambda *_: "def toy(x): ...", summary="A gate of this test.",
    )  # fmt: skip
    monkeypatch.setitem(GATES, "toy", row)
    app = open_gallery(which="toy", **SMALL)
    assert not app.exception
    assert "Toy gate" in app.selectbox(key="which").options
    assert "x̂ = x × σ(toy)" in words(app)
    for part in ("steps", "maps", "kept", "traps", "all"):
        assert not open_gallery(which="toy", part=part, **SMALL).exception
    assert "def toy(x): ..." in words(open_gallery(which="toy", part="code", **SMALL))
    assert not open_gallery(which="se", two="true", other="toy", part="both", **SMALL).exception
    assert "toy " in report.gate_list()
    assert "x̂ = x × α" in report.gate_text(report.example_run(row))
    assert "## Toy gate" in report.gates_markdown()
