"""A new backend is one file (`toy.py`) and one row of the table: everything else follows it."""

from __future__ import annotations

import numpy as np
import pytest

from core import BACKENDS, MergeError, align, backend_differences, gradients, merge, snippet
from core.__main__ import main
from core.merges.backends.page import backends_markdown
from sandbox.verification.verify import verify
from tests.core.merges.backends.toy import TOY
from tests.pages.opened import opened, unfolded, words

ONES = [np.ones((2, 3), np.float32)] * 2


@pytest.fixture(autouse=True)
def _row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BACKENDS, TOY.name, TOY)


def test_the_engine_follows_the_row() -> None:
    """Values, dtypes, errors with their class, and gradients at a tie."""
    assert merge("Average", ONES, backend="toy").value.dtype == np.float64
    assert merge("Add", [np.array([[2**40]])] * 2, backend="toy").value.tolist() == [[2**41]]
    assert align("Add", [(2, 3), (2, 3)], backend="toy").backend == "toy"
    assert [float(one[0, 0]) for one in gradients("Maximum", [[[2.0]]] * 2, backend="toy")] == [0.25, 0.75]
    with pytest.raises(MergeError, match=r"toy: no axis 5[\s\S]*toy\.Tensor") as caught:
        align("Concatenate", [(2, 3), (2, 3)], axis=5, backend="toy")
    assert caught.value.raised_as == "ToyError"
    with pytest.raises(MergeError, match=r"The toy has no uint16\."):
        merge("Add", [np.ones((2, 3), np.uint16)] * 2, backend="toy")


def test_it_is_compared_with_the_others() -> None:
    """With the reason from its row."""
    found = {one.backend: one for one in backend_differences("Average", ONES)}
    assert list(found) == ["toy"]
    assert found["toy"].text == "Toy returns float64; TensorFlow returns float32."


def test_it_is_in_the_code_the_command_and_the_documentation(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a line that names it."""
    assert 'os.environ["KERAS_BACKEND"] = "toy"' in snippet("Add", [(2, 3), (2, 3)], "keras-layer", backend="toy")
    assert "## Toy" in backends_markdown()
    assert main(["Average", "2,3", "2,3", "--backend", "toy", "--dtype", "int32"]) == 0
    assert "gives (2, 3) of float64" in capsys.readouterr().out


def test_it_is_in_the_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the menu and the link; Keras cannot be asked, and the page says how to add it."""
    monkeypatch.setenv("MERGESCOPE_SANDBOX", "on")
    monkeypatch.setattr("ui.views.keras_check.wake", lambda: None)
    assert verify("Add", ONES, backend="toy").result(0).reason == "not installed"
    app = opened("pages/1_Merge_lab.py", backend="toy", op="Average", d0="float32", d1="float32")
    assert not app.exception
    assert unfolded(app).selectbox(key="backend").value == "toy"
    text = words(app).replace("\\", "")
    assert "on Toy" in text
    assert "Keras on Toy is not installed here" in text
    assert "pip install -r requirements-toy.txt" in text
