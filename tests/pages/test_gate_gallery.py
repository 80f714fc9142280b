"""The Gate gallery, page logic without a browser: each gate in both languages, each part, two gates, bad input."""

import io

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import gate_text, gates
from core.gate_plan import Label
from core.gate_traps import TRAPS
from core.gates import GATES, Gate
from ui.text import _catalogue, plain

PAGE = "pages/3_Gate_gallery.py"
PARTS = ("maps", "kept", "traps", "code")
SMALL = {"features": "random", "fshape": "2,6,10,7"}


def open_gallery(**parameters) -> AppTest:
    """The page as a link with these parameters opens it."""
    app = AppTest.from_file("../../app.py", default_timeout=60)
    app.run()
    app.switch_page(PAGE)
    for key, value in parameters.items():
        app.query_params[key] = str(value)
    return app.run()


def words(app: AppTest) -> str:
    """Everything on the page that is text."""
    kinds = ("title", "markdown", "caption", "error", "warning", "info", "code", "table")
    return "\n".join(str(element.value) for kind in kinds for element in app.get(kind))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", list(GATES))
def test_every_gate(name, language):
    """Its name, sentence, equation, shapes and merges; where it was not trained, the page says so."""
    row = GATES[name]
    app = open_gallery(which=name, lang=language)
    assert not app.exception
    text = words(app)
    translated = _catalogue(language).gettext
    assert translated(row.title) in text
    assert translated(row.summary) in text
    assert row.equation in text
    assert plain(row.shapes[-1][1]) in text
    assert " → ".join(row.merges) in text
    assert row.paper in text
    untrained = translated(
        "Untrained: the weights are made from seed {seed}. They show shapes and flow, not what training "
        "would make of them."
    )
    assert (untrained.format(seed=0) in text) == (name != "attention")


@pytest.mark.parametrize("part", ["steps", *(pytest.param(part, marks=pytest.mark.slow) for part in PARTS)])
@pytest.mark.parametrize("name", list(GATES))
def test_every_part_of_every_gate(name, part):
    """On features with another size for each axis."""
    app = open_gallery(which=name, part=part, **SMALL)
    assert not app.exception
    if part == "steps":
        steps = str(app.table[0].value)
        assert all(step.symbol in steps for step in gate_text.example_run(GATES[name]).steps)
    if part == "code":
        assert gates.gate_snippet(name).splitlines()[3] in words(app)


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
@pytest.mark.parametrize("trap", TRAPS.values(), ids=list(TRAPS))
def test_every_trap(trap, language):
    """What happens is told, and shown beside what was meant."""
    app = open_gallery(which=trap.gate, part="traps", trap=trap.name, lang=language)
    assert not app.exception
    assert _catalogue(language).gettext(trap.why) in words(app)
    refused = [error.value for error in app.error]
    assert bool(refused) == (trap.name not in ("row-gate", "no-reshape"))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("one", "other"), [("attention", "global"), ("se", "pooling"), ("cbam", "coordinate")])
def test_two_gates_side_by_side(one, other, language):
    """Cost of both, their maps, outputs and shares kept."""
    app = open_gallery(which=one, two="true", other=other, part="both", lang=language)
    assert not app.exception
    table = app.table[0].value
    x = np.zeros((1, 20, 20, 256))
    for place, name in enumerate((one, other)):
        trace = gates.run_gate(name, x, g=np.zeros((1, 10, 10, 256)) if GATES[name].signal else None)
        assert f"{trace.parameters:,}" in table.iloc[place].to_list()
        assert f"{trace.multiplications:,}" in table.iloc[place].to_list()
    assert len(app.get("bidi_component")) >= 3
    assert len(app.get("plotly_chart")) == 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_all_gates_in_one_table(language):
    """Each row of the table of gates, with what it stretches."""
    app = open_gallery(part="all", lang=language, **SMALL)
    assert not app.exception
    table = app.table[0].value
    assert list(table.index) == [plain(_catalogue(language).gettext(row.title)) for row in GATES.values()]
    assert [merges.split(", ") for merges in table.iloc[:, 2]] == [list(row.merges) for row in GATES.values()]
    axes = " × ".join(_catalogue(language).gettext(word) for word in ("rows", "columns"))
    assert table.iloc[1, 1] == f"s → {axes}"


def test_a_gate_against_itself_in_another_form():
    app = open_gallery(which="scse", two="true", other="scse", other_form="max", part="both", **SMALL)
    assert not app.exception
    assert "The larger of both" in words(app)


def test_own_features():
    """A file takes part with its own shape; what is none is refused where it was entered."""
    app = open_gallery(which="se", features="file")
    assert "Please upload features" in words(app)
    app.file_uploader(key="own_features").upload("x.npy", _npy(np.ones((3, 5, 7)))).run()
    assert not app.exception
    assert "3 matched" in words(app)
    assert "matched" in words(app)
    assert not app.error
    app.file_uploader(key="own_features").upload("x.npy", _npy(np.ones((3, 5)))).run()
    assert not app.exception
    assert "Features have four sizes" in app.error[0].value


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ("20,20,64", "Features have four sizes"),
        ("1,0,20,64", "Features have four sizes"),
        ("None,20,20,64", "Features have four sizes"),
        ("1,2000,2000,64", "too many"),
        ("1,1,1,4096", "too many"),
        ("1,x,1,4", "is not a whole number"),
        ("", "Please type a shape"),
        ("1,1,1,1,1,1,1", "7 axes were typed"),
    ],
)
def test_bad_shapes(shape, said):
    """One sentence, what was typed stays, and the page is whole."""
    app = open_gallery(which="bam")
    app.segmented_control(key="features").set_value("random").run()
    app.text_input(key="fshape").set_value(shape).run()
    assert not app.exception
    assert said in app.error[0].value
    assert app.text_input(key="fshape").value == shape


@pytest.mark.slow
@pytest.mark.parametrize("shape", ["1,1,1,1", "3,1,7,2", "1,7,1,3", "1,5,5,5"])
@pytest.mark.parametrize("part", ["merges", "steps", "kept", "both"])
def test_small_features(shape, part):
    """Axes of 1 everywhere, odd sizes, square by chance."""
    for name in ("attention", "cbam", "coordinate", "pooling"):
        app = open_gallery(which=name, features="random", fshape=shape, part=part, two="true", other="eca")
        assert not app.exception


@pytest.mark.parametrize(
    "parameters",
    [
        {"which": "<script>"}, {"which_form": "x"}, {"which": "se", "which_form": "max"}, {"two": "maybe"},
        {"two": "true", "other": "nope"}, {"part": "both"}, {"part": "x"}, {"features": "x"}, {"recorded": "9"},
        {"seed": "-1"}, {"merge": "x"}, {"part": "steps", "gstep": "x"}, {"part": "traps", "trap": "x"},
        {"which": "residual", "part": "traps"}, {"lang": "xx"},
    ],
)  # fmt: skip
def test_nonsense_in_the_link(parameters):
    app = open_gallery(**parameters)
    assert not app.exception
    assert app.title[0].value == "Gate gallery"


def test_a_new_gate_is_one_function_and_one_row(monkeypatch):
    """A toy gate: in the menu, on the page in every part, in list and run as text, in the docs."""

    def toy(chain, x, g, variant):
        alpha = chain.activate(Label("alpha", "α"), chain.convolve(Label("psi", "q", "W ∗ {0}"), x, 1), "sigmoid")
        chain.merge(Label("gated", "x̂", "{0} × {1}"), "Multiply", x, alpha)
        return alpha

    row = Gate(
        "toy", "Toy gate", "x̂ = x × σ(toy)", "", (("x", "(B, H, W, C)"), ("x̂", "(B, H, W, C)")), ("Multiply",),
        {"plain": "Plain"}, toy, lambda *_: "def toy(x): ...", summary="A gate of this test.",
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
    assert "toy " in gate_text.gate_list()
    assert "x̂ = x × α" in gate_text.gate_text(gate_text.example_run(row))
    assert "## Toy gate" in gate_text.gates_markdown()


def _npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()
