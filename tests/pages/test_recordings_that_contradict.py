"""Recordings whose list is whole but whose numbers contradict it: the inspector shows the tensors, not linked."""

import json

import numpy as np
import pytest

from tests.core.files.recordings_corpus import content, npy, packed, unpacked
from tests.pages.opened import views
from tests.pages.test_model_inspector import open_inspector


def changed(place, array, operation="Multiply"):
    """A recording in which one tensor of the merge is another array."""
    members = unpacked(content())
    found = json.loads(members["recording.json"])
    found["meetings"][0]["operation"] = operation
    found["steps"][0]["tensors"]["gate/multiply"][place] |= {"shape": list(array.shape), "array": 90}
    return packed(members | {"90.npy": npy(array), "recording.json": json.dumps(found)})


@pytest.mark.parametrize(
    ("place", "shape"),
    [(2, (1,)), (2, ()), (2, (2, 5, 7, 3, 1)), (2, (2, 5, 7, 4)), (1, (4,)), (0, ()), (1, (0, 5))],
    ids=str,
)
def test_a_tensor_of_a_shape_that_the_merge_does_not_give(place, shape):
    app = open_inspector(changed(place, np.ones(shape, "float32")), "run.msr.npz")
    (view,) = views(app)
    assert view["panels"][place]["shape"] == list(shape)
    assert not app.error
