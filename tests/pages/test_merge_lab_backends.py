"""The Merge lab on another backend of Keras: menu, link, values, warnings, code, and the backends that differ."""

import pytest

from core import BACKENDS
from tests.pages.opened import opened, unfolded, words

PAGE = "pages/1_Merge_lab.py"
COLUMN = {"op": "Add", "s0": "3,3", "s1": "3,1", "d0": "float32", "d1": "float32"}


def shown(app):
    """The text on the page as a person reads it."""
    assert not app.exception
    return words(app).replace("\\", "")


def test_the_menu_and_the_link():
    """The link has the name, the page the title; TensorFlow, the default, is in neither."""
    app = opened(PAGE)
    assert "on TensorFlow" not in shown(app)
    unfolded(app).selectbox(key="backend").select("jax").run()
    assert app.query_params["backend"] in ("jax", ["jax"])
    assert "on JAX" in shown(app)
    assert 'os.environ["KERAS_BACKEND"] = "jax"' in shown(app)
    app.selectbox(key="backend").select("tensorflow").run()
    assert "backend" not in app.query_params
    assert "KERAS_BACKEND" not in shown(app)


@pytest.mark.parametrize("name", ["theano", "<script>", "JAX"])
def test_an_unknown_backend_in_the_link(name):
    """One sentence, and TensorFlow."""
    app = opened(PAGE, backend=name)
    assert f"The link asks for {name}, which is not one of the choices here." in shown(app)
    assert unfolded(app).selectbox(key="backend").value == "tensorflow"
    assert "→ (5, 4, 5)" in shown(app)


def on(app, backend):
    """The text on the page on a backend."""
    return shown(unfolded(app).selectbox(key="backend").select(backend).run())


def test_backends_that_differ_are_listed_with_the_reason():
    """A column is added as a row on TensorFlow alone, whichever backend is chosen."""
    app = opened(PAGE, **COLUMN)
    for backend in BACKENDS:
        text = on(app, backend)
        lines = [line for line in text.splitlines() if "returns other values at" in line]
        others = ["JAX", "PyTorch", "NumPy"] if backend == "tensorflow" else ["TensorFlow"]
        assert [line.split()[1] for line in lines] == others
        assert all("(TensorFlow: Add and Average may read a column as a bias" in line for line in lines)
        assert ("treats input 1 of shape (3, 1) as a bias" in text) == (backend == "tensorflow")


def test_what_is_lost_without_an_error_is_a_warning():
    """int64 on JAX; uint8 in a mean on every backend. Where all agree, one line says so."""
    app = opened(PAGE)
    assert "Keras on JAX casts int64 to int32: values that do not fit wrap around." in on(app, "jax")
    app = opened(PAGE, op="Average", d0="uint8", d1="uint8")
    for backend in BACKENDS:
        text = on(app, backend)
        assert "The inputs are summed as uint8 before the sum is divided: sums beyond 255 wrap around." in text
    app.selectbox(key="op").select("Maximum").run()
    assert "All backends of Keras give the same result here." in shown(app)


def test_what_one_backend_rejects():
    """Flags on TensorFlow: its error, and the backends that accept them; the same the other way round."""
    app = opened(PAGE, op="Maximum", d0="bool", d1="bool")
    assert "JAX accepts these inputs; TensorFlow rejects them." in shown(app)
    assert "TensorFlow rejects these inputs: InvalidArgumentError: Value for attr 'T' of bool" in on(app, "jax")


def test_gradients_by_backend():
    """At ties they differ; NumPy has none and says so where the picture would be."""
    ties = {"op": "Maximum", "f0": "constant", "f1": "constant", "start0": "2", "start1": "2", "layer": "gradients"}
    app = opened(PAGE, **ties)
    text = shown(app)
    assert "JAX computes another gradient of input 0 at 25 of 25 elements" in text
    assert "NumPy computes no gradients." in text
    text = on(app, "numpy")
    assert "NumPy computes no gradients; choose another backend." in text
    assert "→ (5, 4, 5)" in text
