"""Every preset does what its text says."""

import pytest

from core import MERGES, MergeError, Sentence, align, merge
from core.limits import check_elements
from core.merges.numpy_rule import numpy_outcome
from core.merges.presets import PRESETS
from core.merges.samples import SAMPLES, make_sample


def plan(name):
    row = PRESETS[name]
    return align(row.operation, row.shapes, axis=row.axis, axes=row.axes)


def numpy_shape(name):
    return numpy_outcome(PRESETS[name].operation, PRESETS[name].shapes).shape


def run(name):
    row = PRESETS[name]
    inputs = [make_sample(row.sample, shape, number=number) for number, shape in enumerate(row.shapes)]
    return merge(row.operation, inputs, axis=row.axis, axes=row.axes, normalize=row.normalize)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_can_be_shown(name):
    """It names a merge and a sample, is small enough, and has a title and a sentence that can be translated."""
    row = PRESETS[name]
    assert row.operation in MERGES
    assert row.sample in SAMPLES
    assert row.why.endswith(".")
    assert isinstance(row.title, Sentence)
    assert isinstance(row.why, Sentence)
    if not name.startswith("error-"):
        check_elements(row.shapes, plan(name).output_shape)


@pytest.mark.parametrize("name", PRESETS)
def test_errors_are_refused_and_mistakes_are_warned_of(name):
    """What is called an error has fixes; what is called silent runs, with one warning or more; all else just runs."""
    if name.startswith("error-"):
        with pytest.raises(MergeError) as caught:
            plan(name)
        assert caught.value.fixes
        assert PRESETS[name].title.startswith("Error: ")
    elif name.startswith("silent-"):
        assert plan(name).warnings
        assert PRESETS[name].title.startswith("Silent mistake: ")
        assert run(name).value.size
    else:
        assert PRESETS[name].title.split(":")[0] not in ("Error", "Silent mistake")
        assert plan(name).known == (name != "none")


@pytest.mark.parametrize(
    "name", ["note-multiply", "note-add", "attention-map", "se-reshaped", "se-plain", "skip", "pooling", "residual"]
)
def test_good_practice_draws_no_warning(name):
    """Each claim about a preset holds."""
    assert plan(name).warnings == ()


def test_what_is_said_about_numpy():
    """Each sentence that names it, checked."""
    assert numpy_shape("se-plain") is None
    assert plan("se-plain").inputs[1].roles == ("batch", "inserted", "inserted", "matched")
    assert numpy_shape("error-batch") == (5, 4, 5)
    assert numpy_shape("error-no-batch") == (2, 4, 3)
    assert numpy_shape("silent-map") is None


def test_what_is_said_about_stretching():
    """One row for four, one map for 256 channels, both inputs of BAM, nothing in a residual."""
    assert plan("note-multiply").inputs[0].roles == ("batch", "stretched", "matched")
    assert plan("attention-map").inputs[1].roles[-1] == "stretched"
    assert plan("attention-map").output_shape[-1] == 256
    assert [entry.roles.count("stretched") for entry in plan("bam").inputs] == [2, 1]
    assert plan("bam").warnings == ()
    assert all("stretched" not in entry.roles for entry in plan("residual").inputs)


def test_what_is_said_about_mistakes():
    """The map lands on (W,C), the row gate on the columns, the column is added as a row."""
    assert plan("silent-map").inputs[0].expanded_shape == (2, 1, 20, 20)
    assert plan("silent-row-gate").inputs[1].expanded_shape == (2, 1, 20, 256)
    assert plan("silent-bias").inputs[1].read_shape == (1, 3)


def test_what_is_said_about_fixes():
    """The map is fixed by a size-1 axis at the end."""
    with pytest.raises(MergeError) as caught:
        plan("error-map")
    assert caught.value.fixes[0].shapes == ((2, 20, 20, 256), (2, 20, 20, 1))


def test_what_is_said_about_results():
    """8 and 3 make 11; one number for each channel; a cosine between -1 and 1; None stays None."""
    assert plan("skip").output_shape == (2, 4, 4, 11)
    assert plan("pooling").output_shape == (2, 1, 16)
    cosine = run("cosine").value
    assert cosine.shape == (3, 1)
    assert (abs(cosine) <= 1).all()
    assert plan("none").output_shape == (20, None, 256)
    assert any("a mismatch appears only at run time" in warning for warning in plan("none").warnings)
