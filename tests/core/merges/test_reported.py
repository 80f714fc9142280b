"""What people reported: the first fix is the expected one, and its code works with the installed Keras."""

import pytest

from core import MergeError, align
from tests.core.merges.reported import REPORTED
from tests.core.merges.running_fixes import as_promised, run_fix


def rejection(operation, shapes, options):
    with pytest.raises(MergeError) as caught:
        align(operation, shapes, **options)
    return caught.value


def code_of(fix):
    """Its lines without comments, as in the table."""
    return "; ".join(line.split("  #")[0] for line in fix.code.splitlines())


def test_there_are_enough_of_them():
    """Each situation once."""
    assert len({str(row[:3]) for row in REPORTED}) == len(REPORTED) >= 120


@pytest.mark.parametrize(("operation", "shapes", "options", "keeps", "code", "reason"), REPORTED)
def test_the_first_fix_is_the_expected_one(operation, shapes, options, keeps, code, reason):
    """With its code, whether it keeps every value, and the reason in the explanation."""
    error = rejection(operation, shapes, options)
    assert code_of(error.fixes[0]) == code
    assert error.fixes[0].keeps_values == keeps
    assert reason in error.explanation


@pytest.mark.keras
@pytest.mark.parametrize("row", [row for row in REPORTED if row[1]], ids=lambda row: f"{row[0]}{row[1]}")
def test_the_code_of_each_fix_runs(row):
    """Not only of the first: every line is executed on the tensors, the layer is called, the shapes are compared."""
    operation, shapes, options = row[:3]
    for fix in rejection(operation, shapes, options).fixes:
        promised = align(operation, fix.shapes, **{**options, **fix.options})
        after, result = run_fix(operation, shapes, options, fix)
        assert all(map(as_promised, fix.shapes, after))
        assert as_promised(promised.output_shape, result)
