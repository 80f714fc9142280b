"""Runs a Keras model eagerly, call by call, and records the operands and results of chosen calls.

Keras runs a functional model in one loop over its calls. The loop here does the same steps and records each call on the
way, so the values are those of any other eager run, also inside nested models, Sequential and TimeDistributed. In the
child only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
from keras import tree

from core import MERGES
from sandbox.model_file.graph import label
from sandbox.processes.keras_internals import (
    arguments_of,
    call_numbers,
    calls,
    first_tensors,
    is_graph_of,
    keras_loop,
    mask_of,
    packed_outputs,
    replaced_loop,
    results_of,
    with_mask,
)

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_OUT_OF_MEMORY = ("MemoryError", "ResourceExhaustedError")
_MOST_TEXT = 4_000  # characters of an error of Keras
_MASKED_SINCE = (3, 4)  # the Keras from which on merge layers apply masks to their values and pass them on
_PASSED_ON_UNTIL = (3, 0)  # Keras 2 passes masks on without applying them; Keras 3.0 to 3.3 drops them
_NEWEST = (99, 0)


class StoppedError(Exception):
    """The run ended at a call that failed; the recorder knows which."""


@dataclass
class Failure:
    """The call that failed.

    Attributes:
        call: its id.
        text: Keras's, without terminal colours.
        shapes: of its operands.
        memory: whether memory ran out.
    """

    call: str
    text: str
    shapes: list[tuple[int, ...]]
    memory: bool


@dataclass
class Recorder:
    """One run.

    Attributes:
        wanted: ids of the calls that are recorded.
        look: called with (id, operands, output) at the first run of each of them, or at every run.
        touch: may replace the operands, or the output, of a wanted call.
        keras_version: that saved the model; before 3.4 merge layers treat masks differently.
        repeats: whether `look` is called at every run of a call: TimeDistributed runs a model once for each step.
        traced: whether tensors without values are recorded, too, while TensorFlow traces a function.
        failure: the call that failed, or None.
    """

    wanted: frozenset[str]
    look: Callable[[str, list[Any], Any], None]
    touch: Callable[[list[Any]], list[Any]] | None = None
    keras_version: str = ""
    repeats: bool = False
    traced: bool = False
    failure: Failure | None = None
    _stack: list[tuple[tuple[str, ...], Any]] = field(default_factory=list)
    _numbers: dict[int, dict[int, int]] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)

    def run(self, model: Any, inputs: Any) -> list[Any]:
        """Run the model in inference mode.

        Raises:
            StoppedError: a call failed; see `failure`.
        """
        with replaced_loop(self._loop):
            try:
                return list(tree.flatten(model(inputs, training=False)))
            except Exception as error:
                if self.failure is None:
                    self._fail("", error, [])
                raise StoppedError from None

    def _loop(
        self, function: Any, inputs: Any, operation_fn: Callable[[Any], Any] = lambda op: op, call_fn: Any = None
    ) -> Any:
        """Keras's loop over the calls of a model, with a record of each."""
        if call_fn is not None or not (self.traced or self._concrete(inputs)):
            return keras_loop(function, inputs, operation_fn, call_fn)
        path, numbers = self._path(function), self._numbers.setdefault(id(function), call_numbers(function))
        tensors = first_tensors(function, inputs)
        for node in calls(function):
            given = arguments_of(node, tensors)
            if given is None:
                continue
            inside = (*path, label(node.operation.name, numbers[id(node)]))
            tensors |= results_of(node, self._call(inside, node.operation, operation_fn, *given))
        return packed_outputs(function, tensors)

    def _call(
        self, path: tuple[str, ...], operation: Any, operation_fn: Callable[[Any], Any], args: Any, kwargs: Any
    ) -> Any:
        name = "/".join(path)
        self._stack.append((path, operation))
        watched = name in self.wanted and (self.repeats or name not in self._seen)
        try:
            if watched and self.touch is not None:
                args, kwargs = _replaced(args, kwargs, self.touch)
            outputs = self._output(operation, operation_fn(operation), args, kwargs)
            if watched:
                self._seen.add(name)
                self.look(name, _operands(args, kwargs), outputs)
                outputs = self.touch([outputs])[0] if self.touch is not None else outputs
            return outputs
        except Exception as error:
            if self.failure is None:
                self._fail(name, error, _operands(args, kwargs))
            raise StoppedError from None
        finally:
            self._stack.pop()

    def _output(self, operation: Any, call: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """The result of a call; masks are applied as the Keras that saved the model did."""
        version = _version(self.keras_version)
        masks = [mask_of(x) for x in tree.flatten(args)]
        old = (
            version < _MASKED_SINCE and type(operation).__name__ in MERGES and isinstance(operation, keras.layers.Layer)
        )
        if not old or all(mask is None for mask in masks):
            return call(*args, **kwargs)
        result = call(*tree.map_structure(keras.ops.copy, args), **kwargs)
        return with_mask(result, operation.compute_mask(args[0], masks) if version < _PASSED_ON_UNTIL else None)

    def _fail(self, name: str, error: Exception, operands: Sequence[Any]) -> None:
        text = _COLOURS.sub("", str(error))[:_MOST_TEXT]
        shapes = [tuple(keras.ops.shape(x)) if hasattr(x, "shape") else () for x in operands]
        self.failure = Failure(name, text, shapes, type(error).__name__ in _OUT_OF_MEMORY)

    def _path(self, function: Any) -> tuple[str, ...]:
        """The names of the calls around a model, as in the id of a call inside it."""
        if not self._stack:
            return ()
        path, around = self._stack[-1]
        while not is_graph_of(around, function) and hasattr(around, "layer"):  # TimeDistributed, perhaps twice
            around = around.layer
            path = (*path, label(around.name, 0))
        return path

    @staticmethod
    def _concrete(inputs: Any) -> bool:
        """Whether there are values to record: inside `tf.function` there are none."""
        return all(hasattr(x, "numpy") for x in tree.flatten(inputs) if x is not None)


def _version(text: str) -> tuple[int, ...]:
    """(3, 4) of "3.4.1"; of a text that is no version the newest."""
    parts = text.split(".")[:2]
    return tuple(map(int, parts)) if len(parts) == 2 and all(part.isdigit() for part in parts) else _NEWEST


def _beside(keyword: str) -> bool:
    return keyword.endswith(("mask", "training"))


def _operands(args: Any, kwargs: dict[str, Any]) -> list[Any]:
    """The tensors and numbers that are merged."""
    merged = (args, {key: value for key, value in kwargs.items() if not _beside(key)})
    return [x for x in tree.flatten(merged) if hasattr(x, "shape") or isinstance(x, (int, float))]


def _replaced(args: Any, kwargs: dict[str, Any], touch: Callable[[list[Any]], list[Any]]) -> tuple[Any, Any]:
    """The arguments with every operand touched, constants of NumPy among them."""

    def one(x: Any) -> Any:
        return touch([x])[0] if hasattr(x, "numpy") or isinstance(x, np.ndarray) else x

    kept = {key: value if _beside(key) else tree.map_structure(one, value) for key, value in kwargs.items()}
    return tree.map_structure(one, args), kept
