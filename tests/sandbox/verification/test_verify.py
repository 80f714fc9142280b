"""Ours beside the real layer, asked in the other process."""

import os
import signal
from dataclasses import replace

import numpy as np
import pytest

from core import BACKENDS, MERGES, MergeError, merge
from sandbox.processes.process import SandboxProcess
from sandbox.verification.question import question
from sandbox.verification.verify import Verifier, missing_packages, the_verifier, verify
from tests.patience import PATIENCE

pytestmark = pytest.mark.keras


def counting(*shape, dtype="float32"):
    return np.arange(1, np.prod(shape) + 1).reshape(shape).astype(dtype)


def answer(*arguments, **options):
    return verify(*arguments, **options).result(PATIENCE)


@pytest.fixture(scope="module", autouse=True)
def _started():
    the_verifier().process.start()


@pytest.mark.parametrize("operation", list(MERGES))
@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8", "int64"])
def test_every_merge_agrees(operation, dtype):
    """Stretched where the merge can; another prime for each axis."""
    joined = operation in ("Dot", "Concatenate")
    inputs = [counting(2, 3, 5, dtype=dtype), counting(2, 3, 5 if joined else 1, dtype=dtype)]
    verdict = answer(operation, inputs, axes=2, axis=1)
    assert verdict.status == "same"
    assert verdict.agrees
    assert verdict.versions.startswith("Keras 3.")
    assert verdict.backend == "tensorflow"
    if operation != "Dot":
        assert verdict.exact
        assert (verdict.largest_difference, verdict.where) == (0.0, None)


@pytest.mark.parametrize("operation", list(MERGES))
def test_masks_agree(operation):
    """On both inputs, and on one."""
    inputs = [counting(2, 3, 5), counting(2, 3, 5) * -1]
    masks = [np.arange(6).reshape(2, 3) % 2 == 0, np.arange(6).reshape(2, 3) % 3 == 0]
    for chosen in (masks, [masks[0], None], [None, masks[1]], [None, None]):
        assert answer(operation, inputs, axes=2, masks=chosen).status == "same"


@pytest.mark.parametrize(
    ("operation", "shapes", "options"),
    [
        ("Add", [(1, 4, 5), (5, 4, 5)], {}),
        ("Multiply", [(4, 3), (2, 4, 3)], {}),
        ("Subtract", [(2, 3)], {}),
        ("Concatenate", [(2, 3), (2, 5, 3)], {"axis": 1}),
        ("Dot", [(2, 3, 5), (2, 5, 3)], {"axes": 1}),
        ("Dot", [(2, 3), (2, 3)], {"axes": (1, 1, 1)}),
    ],
)
def test_refusals_agree_to_the_letter(operation, shapes, options):
    """Keras's text without terminal colours."""
    verdict = answer(operation, [counting(*shape) for shape in shapes], **options)
    assert (verdict.status, verdict.exact, verdict.agrees) == ("refused", True, True)
    assert verdict.keras_text
    assert "\x1b" not in verdict.keras_text
    assert verdict.largest_difference is None


def test_an_accident_of_keras_is_told_from_a_text():
    """Where Keras trips, ours is a clear sentence."""
    verdict = answer("Add", [])
    assert (verdict.status, verdict.reason) == ("refused", "own words")
    assert "NoneType" in verdict.keras_text


def test_a_wrong_value_is_reported_with_its_place_and_size():
    """One cell, off by 0.5."""
    inputs = [counting(2, 3, 5), counting(2, 3, 5)]
    true = merge("Add", inputs)
    wrong = true.value.copy()
    wrong[1, 2, 3] += 0.5
    verdict = answer("Add", inputs, claimed=replace(true, value=wrong))
    assert (verdict.status, verdict.reason) == ("different", "value")
    assert not verdict.agrees
    assert not verdict.exact
    assert (verdict.largest_difference, verdict.where) == (0.5, (1, 2, 3))
    assert answer("Add", inputs, claimed=true).exact, "the wrong claim was remembered for the right one"


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("dtype", {"value": np.full((2, 3), 2.0)}),
        ("shape", {"value": np.full((3, 2), 2, np.float32)}),
        ("mask", {"mask": np.ones(2, bool)}),
    ],
)
def test_other_wrong_claims_are_told_apart(reason, change):
    """What differs is said."""
    inputs = [np.ones((2, 3)), np.ones((2, 3))]
    verdict = answer("Add", inputs, claimed=replace(merge("Add", inputs), **change))
    assert (verdict.status, verdict.reason) == ("different", reason)


def test_wrong_claims_about_errors_are_told_apart():
    """Only one of the two refuses, or both in other words."""
    fits, clashes = [np.ones((2, 3)), np.ones((2, 3))], [np.ones((2, 3)), np.ones((2, 5))]
    assert answer("Add", fits, claimed=MergeError("No.")).reason == "we refuse"
    verdict = answer("Add", clashes, claimed=merge("Add", fits))
    assert verdict.reason == "keras refuses"
    assert verdict.keras_text.startswith("Inputs have incompatible shapes")
    assert answer("Add", clashes, claimed=MergeError("No.")).reason == "text"


@pytest.mark.parametrize(
    ("operation", "inputs", "kind"),
    [
        ("Multiply", [np.ones((2, 1_500, 1)), np.ones((2, 1, 1_500))], "too large"),
        ("Add", [np.broadcast_to(np.float32(1), (2, 2_000_001))] * 2, "too large"),
        ("Add", [np.ones(2)] * 7, "too large"),
        ("Add", [np.ones((2, 2)) * 1j] * 2, "unsendable"),
        ("Add", [[[1], [2, 3]]], "unsendable"),
        ("Add", np.ones((2, 2)), "unsendable"),
        ("Import", [np.ones(2)], "unsendable"),
    ],
)
def test_what_is_not_sent(operation, inputs, kind):
    """Refused at once, as data."""
    future = verify(operation, inputs)
    assert future.done()
    verdict = future.result()
    assert (verdict.status, verdict.reason, verdict.agrees) == ("unavailable", kind, False)


def test_equal_requests_share_one_answer():
    """Another array of the same numbers is the same request; another option, dtype or claim is not."""
    first = verify("Concatenate", [counting(2, 3, 5)] * 2, axis=1)
    assert verify("Concatenate", [counting(2, 3, 5)] * 2, axis=1) is first
    assert verify("Concatenate", [counting(2, 3, 5)] * 2, axis=2) is not first
    assert verify("Concatenate", [counting(2, 3, 5, dtype="int32")] * 2, axis=1) is not first
    assert verify("Concatenate", [counting(2, 3, 5)] * 2, axis=1, claimed=MergeError("No.")) is not first


def test_no_answer_counts_for_a_while_only(monkeypatch):
    """A failing child is not asked again and again, but it is asked again."""
    process = SandboxProcess("tests.sandbox.misbehaving", 2**30, 60)  # has no job "merge"
    verifier = Verifier(process)
    asked = question("Add", [counting(2, 7), counting(2, 7)], {}, None, None)
    first = verifier.ask(asked)
    verdict = first.result(PATIENCE)
    assert (verdict.status, verdict.reason, verdict.versions, verdict.agrees) == ("unavailable", "failed", "", False)
    assert verifier.ask(asked) is first
    monkeypatch.setattr("sandbox.verification.verify._SECONDS_UNAVAILABLE", 0.0)
    assert verifier.ask(asked) is not first
    process.close()


def test_a_killed_child_is_not_noticed():
    """The question is asked again of the next one."""
    pid = the_verifier().process.pid
    if pid is not None:
        os.kill(pid, signal.SIGKILL)
    assert answer("Add", [counting(2, 7), counting(2, 7)]).exact
    assert the_verifier().process.pid != pid


def test_a_dot_of_integers_out_of_range_has_a_reason_of_its_own():
    """Keras clips the many and wraps the few; no claim is made about either."""
    inputs = [np.full((1, 40, 3), 100, "uint8"), np.full((1, 1, 3), 7, "uint8")]
    wrong = merge("Dot", inputs, axes=2)
    wrong = replace(wrong, value=np.full_like(wrong.value, 1))
    verdict = answer("Dot", inputs, axes=2, claimed=wrong)
    assert (verdict.status, verdict.reason) == ("different", "out of range")


@pytest.mark.parametrize("backend", ["jax", "numpy"])
def test_other_backends_have_processes_of_their_own(backend):
    """Asked on demand; each agrees with its own row of the table, and not with that of TensorFlow."""
    if missing := missing_packages(backend):
        pytest.skip(f"not installed: {', '.join(missing)}")
    large = [np.array([[2**40 + 3, 5]]), np.array([[7, 2**33 + 1]])]
    column = [counting(3, 3), counting(3, 1)]
    for operation, inputs in [("Add", large), ("Maximum", large), ("Add", column), ("Average", large)]:
        verdict = answer(operation, inputs, backend=backend)
        assert (verdict.status, verdict.backend, verdict.exact) == ("same", backend, True)
    assert answer("Add", column, backend=backend, claimed=merge("Add", column)).reason == "value"
    masks = [np.arange(3) % 2 == 0, None]
    assert answer("Multiply", [counting(3, 5), counting(3, 5)], masks=masks, backend=backend).status == "same"
    refused = answer("Multiply", [counting(2, 3), counting(2, 5)], backend=backend)
    assert (refused.status, refused.exact) == ("refused", True)
    assert the_verifier(backend) is not the_verifier()
    assert the_verifier(backend).process.pid != the_verifier().process.pid
    assert the_verifier(backend).process.statistics().module == f"sandbox.verification.worker ({backend})"


def test_a_backend_that_is_not_installed(monkeypatch):
    """Said at once; no process is started."""
    monkeypatch.setitem(BACKENDS, "toy", replace(BACKENDS["numpy"], name="toy", packages=("no_such_module",)))
    verdict = answer("Add", [counting(2, 3)] * 2, backend="toy")
    assert (verdict.status, verdict.reason, verdict.backend) == ("unavailable", "not installed", "toy")
    assert missing_packages("toy") == ("no_such_module",)
    assert answer("Add", [counting(2, 3)] * 2, backend="theano").reason == "unsendable"


def test_a_backend_that_dies(monkeypatch):
    """The reason is a word, and the backend that was asked is named."""
    process = SandboxProcess("tests.sandbox.no_such_module", 2**30, 60)
    monkeypatch.setattr("sandbox.verification.verify._verifier", lambda backend: Verifier(process))
    verdict = answer("Add", [counting(2, 11)] * 2)
    assert (verdict.status, verdict.reason, verdict.backend) == ("unavailable", "start", "tensorflow")
    process.close()
