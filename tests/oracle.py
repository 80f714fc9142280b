"""The reference: the installed Keras, called as a user would call it."""

from importlib import import_module
from typing import Any

import numpy as np
import pytest

from tests.core.merges.backends import asking
from tests.core.merges.backends.asking import Answer

__all__ = ["Answer", "ask", "keras"]


class _Lazily:
    """The package `keras`, imported when something of it is first used; where it is not installed, the test is skipped.

    So the tests can be collected, and those that need no Keras be run, without TensorFlow.
    """

    def __getattr__(self, name: str) -> Any:
        pytest.importorskip("tensorflow")
        setattr(self, name, getattr(import_module("keras"), name))  # the next use finds it at once
        return getattr(self, name)


keras = _Lazily()


def ask(operation: str, inputs: list[np.ndarray], masks: list[Any] | None = None, **options: Any) -> Answer:
    """Call the real layer; where Keras is not installed, the test is skipped."""
    pytest.importorskip("tensorflow")
    return asking.ask(operation, inputs, masks, **options)
