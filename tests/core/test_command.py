"""`python -m core`: what it prints, where, and how it ends."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.__main__ import main
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]


def command(*arguments, **environment):
    """The real thing, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "core", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
    )


def test_shapes_that_fit():
    """The table on standard output, nothing on the other, exit code 0."""
    done = command("Multiply", "5,1,5", "5,4,5")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "Multiply of (5, 1, 5), (5, 4, 5) gives (5, 4, 5)\n\n"
        "         axis 0   axis 1       axis 2\n"
        "input 0  5 batch  1 stretched  5 matched\n"
        "input 1  5 batch  4 matched    5 matched\n"
        "output   5        4            5\n"
    )


def test_shapes_that_do_not():
    """Keras's text, the reason and the fixes on standard error, exit code 2."""
    done = command("Multiply", "2,3", "2,5")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Inputs have incompatible shapes. Received shapes (3,) and (5,)" in done.stderr
    assert "The sizes on axis 1 are 3, 5" in done.stderr
    assert "Fixes:\n  Change the last axis of input 0 by a dense layer: (2, 3) becomes (2, 5)\n" in done.stderr
    assert "      a = keras.layers.Dense(5)(a)\n" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_any_terminal(encoding):
    """The dot in Keras's frame is in no ASCII."""
    done = command("Dot", "2,3", "5,3", PYTHONIOENCODING=encoding)
    assert done.returncode == 2
    assert "different batch sizes" in done.stderr
    assert "Traceback" not in done.stderr


def run(capsys, *arguments):
    code = main(list(arguments))
    printed = capsys.readouterr()
    assert (printed.out == "") == (code == 2)
    assert (printed.err == "") == (code == 0)
    return code, printed.out + printed.err


GOOD = [
    (["Dot", "2,3,5", "2,5,7", "--axes", "2,1"], "gives (2, 3, 7)"),
    (["Dot", "2,3,5", "2,5,7", "--axes=-1,1"], "gives (2, 3, 7)"),
    (["Dot", "2,3,5", "2,5,7", "--axes", "-1,1"], "gives (2, 3, 7)"),
    (["dot", "2,3", "2,3", "--axes", "1"], "gives (2, 1)"),
    (["Concatenate", "2,3", "2,5"], "gives (2, 8)"),
    (["Concatenate", "2,3", "2,5", "--axis", "-1"], "gives (2, 8)"),
    (["Concatenate", "--axis", "1", "2,3,5", "2,7,5"], "gives (2, 10, 5)"),
    (["multiply", "(2, 3)", "[2 3]"], "gives (2, 3)"),
    (["Add", "None,3", "None,3"], "None batch"),
    (["Add", "()", "()"], "Add of (), () gives ()"),
    (["Multiply", "2,20,20", "2,20,20,20"], "Warning: Input 0 of shape (2, 20, 20) is aligned with axes 2, 3"),
    (["Add", "2,3", "2,3", "2,3"], "input 2  2 batch  3 matched"),
]

BAD = [
    ([], "the following arguments are required"),
    (["Divide", "2,3"], "There is no merge 'Divide'; choose one of Add"),
    (["Add"], "A merge layer should be called on a list of at least 1 input"),
    (["Add", "2,x"], "x is not an integer."),
    (["Add", "-1,3", "2,3"], "Sizes must be at least 0; got -1."),
    (["Add", "2,3", "-5"], "Sizes must be at least 0; got -5."),
    (["Add", ""], "Enter a shape, for example 5,1,5."),
    (["Dot", "2,3", "2,3", "--axes", "a"], "--axes must be one integer or two, such as 2,1; got 'a'."),
    (["Dot", "2,3", "2,3", "--axes", "1,1,1"], "it should contain two elements"),
    (["Dot", "2,3", "2,3", "--axes", "7"], "Axis 7 does not exist"),
    (["Concatenate", "2,3", "2,3", "--axis", "x"], "argument --axis: invalid int value"),
    (["Concatenate", "2,3", "2,3", "--axis", "-7"], "Axis -7 does not exist"),
    (["Add", "2,3", "--colour"], "unrecognized arguments: --colour"),
]


@pytest.mark.parametrize(("arguments", "text"), GOOD)
def test_every_option(capsys, arguments, text):
    """Exit code 0 and a table."""
    code, printed = run(capsys, *arguments)
    assert code == 0
    assert text in printed


@pytest.mark.parametrize(("arguments", "text"), BAD)
def test_every_mistake(capsys, arguments, text):
    """Exit code 2 and one clear text on standard error."""
    try:
        code, printed = run(capsys, *arguments)
    except SystemExit as left:  # argparse leaves this way
        code, printed = left.code, capsys.readouterr().err
    assert code == 2
    assert text in printed


@given(
    st.lists(
        st.text(max_size=12) | st.sampled_from(["Add", "Dot", "2,3", "2,5", "--axes", "--axis", "-1", "-1,2"]),
        max_size=5,
    )
)
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
def test_never_a_traceback(capsys, arguments):
    """Whatever is typed ends with 0 or 2 and says something."""
    try:
        code = main(arguments)
    except SystemExit as left:
        code = left.code
    printed = capsys.readouterr()
    assert code in (0, 2)
    assert (printed.out if code == 0 else printed.err).strip()


def test_a_pasted_error(tmp_path, capsys):
    """From a file: what was read, then the error of the merge with its fixes; the batch axis is put back."""
    file = tmp_path / "error.txt"
    file.write_text("ValueError: Inputs have incompatible shapes. Received shapes (20, 20, 256) and (10, 10, 1)")
    assert main(["Multiply", "--read", str(file)]) == 2
    printed = capsys.readouterr()
    assert "Read: Multiply() (None, 20, 20, 256) (None, 10, 10, 1)" in printed.out
    assert "Keras leaves the batch axis out of this message" in printed.out
    assert "b = keras.layers.UpSampling2D(2)(b)" in printed.err
    assert main(["--read", str(file)]) == 2
    assert "The text does not name the merge" in capsys.readouterr().out


def test_a_pasted_call_from_standard_input():
    """The line that is right, on standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "core", "--read", "-"],
        input="y = Concatenate(axis=1)(left, right)",
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 2
    assert "y = keras.layers.Concatenate(axis=1)([left, right])" in done.stderr


@pytest.mark.parametrize("name", ["none.txt", "."])
def test_a_file_that_cannot_be_read(capsys, name):
    """Or has no shapes."""
    code, printed = 0, ""
    code = main(["--read", name])
    printed = capsys.readouterr()
    assert (code, printed.out) == (2, "")
    assert f"{name} cannot be read" in printed.err


def test_backends_that_differ(capsys):
    """A line each, with the reason; nothing where all agree."""
    code, text = run(capsys, "Add", "3,3", "3,1")
    assert code == 0
    assert "Other backends, on values of float32 that count up:" in text
    assert "  JAX returns other values at" in text
    assert "(TensorFlow: Add and Average may read a column as a bias and add it along another axis.)" in text
    assert "Other backends" not in run(capsys, "Multiply", "3,3", "3,1")[1]
    assert "TensorFlow returns other values" in run(capsys, "Add", "3,3", "3,1", "--backend", "torch")[1]


def test_dtypes_in_the_command(capsys):
    """The dtype of the result, what is lost without an error, and what a backend rejects."""
    code, text = run(capsys, "Add", "2,3", "2,3", "--dtype", "int64", "--backend", "jax")
    assert code == 0
    assert "gives (2, 3) of int32" in text
    assert "Warning: Keras on JAX casts int64 to int32: values that do not fit wrap around." in text
    assert "TensorFlow returns int64; JAX returns int32." in text
    code, text = run(capsys, "Add", "2,3", "2,3", "--dtype", "bool")
    assert code == 2
    assert "JAX accepts these inputs; TensorFlow rejects them." in text
    assert "TensorFlow returns" not in run(capsys, "Add", "None,3", "2,3", "--dtype", "int64", "--backend", "jax")[1]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--backend", "theano"], "There is no backend 'theano'; choose one of tensorflow, jax, torch, numpy."),
        (["--dtype", "complex64"], "There is no dtype 'complex64'; choose from float32, float64,"),
        (["--dtype", "int8,int8,int8"], "--dtype takes one dtype, or one per input: 2; got 3."),
    ],
)
def test_unknown_backends_and_dtypes(capsys, arguments, sentence):
    """One sentence each."""
    code, text = run(capsys, "Add", "2,3", "2,3", *arguments)
    assert code == 2
    assert sentence in text
