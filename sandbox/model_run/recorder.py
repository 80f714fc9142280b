"""Runs a Keras model eagerly, call by call, and keeps what goes in and comes out of chosen calls.

Keras runs a functional model in one loop over its calls (keras/src/ops/function.py: `_run_through_graph`). The loop
here is the same, step for step, with a look at each call; so the numbers are those of any other eager run, and models
within models, in a Sequential or in TimeDistributed pass through it as well. In the child only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import keras  # type: ignore[import-untyped]  # Keras ships no types
from keras import tree
from keras.src.models.functional import Functional  # type: ignore[import-untyped]  # the class of the loop
from keras.src.ops.function import Function  # type: ignore[import-untyped]

from sandbox.model_file.graph import label

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_OUT_OF_MEMORY = ("MemoryError", "ResourceExhaustedError")
_MOST_TEXT = 4_000  # characters of an error of Keras


class StoppedError(Exception):
    """The run ended at a call that failed; the recorder knows which."""


@dataclass
class Failure:
    """The call that failed.

    Attributes:
        call: its id.
        text: Keras's, without terminal colours.
        shapes: of the tensors that went in.
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
        wanted: ids of the calls that are looked at.
        look: called with (id, operands, output) for each of them, on its first time.
        touch: may put other tensors in the place of the operands, or of the output, of a wanted call.
        failure: the call that failed, or None.
    """

    wanted: frozenset[str]
    look: Callable[[str, list[Any], Any], None]
    touch: Callable[[list[Any]], list[Any]] | None = None
    failure: Failure | None = None
    _stack: list[tuple[str, Any]] = field(default_factory=list)
    _numbers: dict[int, dict[int, int]] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)

    def run(self, model: Any, inputs: Any) -> list[Any]:
        """Run the model as it is when it is used, not trained.

        Raises:
            StoppedError: a call failed; see `failure`.
        """
        with _in_place_of_keras(self._loop):
            try:
                return list(tree.flatten(model(inputs, training=False)))
            except Exception as error:
                if self.failure is None:
                    self._fail("", error, [])
                raise StoppedError from None

    def _loop(
        self, function: Any, inputs: Any, operation_fn: Callable[[Any], Any] = lambda op: op, call_fn: Any = None
    ) -> Any:
        """Keras's `_run_through_graph`, with a look at each call."""
        if call_fn is not None or not self._concrete(inputs):
            return _KERAS_LOOP(function, inputs, operation_fn, call_fn)
        path, numbers = self._path(function), self._count(function)
        tensors = {id(x): y for x, y in zip(function.inputs, tree.flatten(inputs), strict=False)}
        for depth in sorted(function._nodes_by_depth, reverse=True):
            for node in function._nodes_by_depth[depth]:
                known = all(id(x) in tensors for x in node.input_tensors)
                if not node.operation or node.is_input or not known:
                    continue
                args, kwargs = node.arguments.fill_in(tensors)
                name = label(node.operation.name, numbers[id(node)])
                outputs = self._call("/".join((*path, name)), name, node.operation, operation_fn, args, kwargs)
                tensors |= {id(x): y for x, y in zip(node.outputs, tree.flatten(outputs), strict=False)}
        return tree.pack_sequence_as(function._outputs_struct, [tensors[id(x)] for x in function.outputs])

    def _call(
        self, name: str, short: str, operation: Any, operation_fn: Callable[[Any], Any], args: Any, kwargs: Any
    ) -> Any:
        self._stack.append((short, operation))
        watched = name in self.wanted and name not in self._seen
        try:
            if watched and self.touch is not None:
                args, kwargs = _replaced(args, kwargs, self.touch)
            outputs = operation_fn(operation)(*args, **kwargs)
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

    def _fail(self, name: str, error: Exception, operands: Sequence[Any]) -> None:
        text = _COLOURS.sub("", str(error))[:_MOST_TEXT]
        shapes = [tuple(keras.ops.shape(x)) if hasattr(x, "shape") else () for x in operands]
        self.failure = Failure(name, text, shapes, type(error).__name__ in _OUT_OF_MEMORY)

    def _path(self, function: Any) -> tuple[str, ...]:
        """The names of the models around, as in the id of a call."""
        labels = tuple(name for name, _ in self._stack)
        if not self._stack:
            return labels
        around = self._stack[-1][1]
        if around is function or getattr(around, "_functional", None) is function:
            return labels
        return (*labels, getattr(around, "layer", function).name)  # TimeDistributed calls the model that it wraps

    def _count(self, function: Any) -> dict[int, int]:
        """For each node of this model which call of its operation it is."""
        if id(function) not in self._numbers:
            own = {id(node) for nodes in function._nodes_by_depth.values() for node in nodes}
            numbers: dict[int, int] = {}
            for operation in function._operations:
                inside = [node for node in operation._inbound_nodes if id(node) in own]
                numbers |= {id(node): number for number, node in enumerate(inside)}
            self._numbers[id(function)] = numbers
        return self._numbers[id(function)]

    @staticmethod
    def _concrete(inputs: Any) -> bool:
        """Whether there are numbers to look at: inside `tf.function` and its like there are none."""
        return all(hasattr(x, "numpy") for x in tree.flatten(inputs) if x is not None)


_KERAS_LOOP = Function._run_through_graph


@contextmanager
def _in_place_of_keras(loop: Callable[..., Any]) -> Iterator[None]:
    def method(function: Any, *args: Any, **kwargs: Any) -> Any:
        return loop(function, *args, **kwargs)

    Functional._run_through_graph = method
    try:
        yield
    finally:
        del Functional._run_through_graph


def _beside(keyword: str) -> bool:
    return keyword.endswith(("mask", "state", "training"))


def _operands(args: Any, kwargs: dict[str, Any]) -> list[Any]:
    """The tensors and numbers that are merged."""
    merged = (args, {key: value for key, value in kwargs.items() if not _beside(key)})
    return [x for x in tree.flatten(merged) if hasattr(x, "shape") or isinstance(x, (int, float))]


def _replaced(args: Any, kwargs: dict[str, Any], touch: Callable[[list[Any]], list[Any]]) -> tuple[Any, Any]:
    def one(x: Any) -> Any:
        return touch([x])[0] if hasattr(x, "numpy") else x

    kept = {key: value if _beside(key) else tree.map_structure(one, value) for key, value in kwargs.items()}
    return tree.map_structure(one, args), kept
