"""The one error of the engine: what was passed, what was expected, how to fix it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from .sentences import Sentence

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class Fix:
    """One change that makes the merge work.

    Attributes:
        text: what to change, for a button.
        shapes: all the shapes after the change; `align` accepts them with the same operation and `options`.
        options: the options that change, such as {"axis": 4}; empty if only shapes change.
        code: the Keras lines that do it; the inputs are called a, b, c, ..., the result y.
        keeps_values: whether no value of an input is added, changed or dropped.
    """

    text: str
    shapes: tuple[Shape, ...]
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)
    code: str = ""
    keeps_values: bool = True


@dataclass(frozen=True)
class PartialInput:
    """How far one input of a rejected merge was aligned.

    Attributes:
        shape: as passed.
        expanded_shape: with the axes that Keras would insert.
        roles: one for each axis of the expanded shape: "batch", "inserted", "stretched", "clashing" where the axis is
            at fault, "" where nothing was decided.
    """

    shape: Shape
    expanded_shape: Shape
    roles: tuple[str, ...]


class KerasText(str):
    """The text of an error of Keras with the class of the exception; a plain text is that of a ValueError.

    Attributes:
        raised_as: name of the class.
    """

    raised_as: str

    def __new__(cls, text: str, raised_as: str) -> KerasText:
        """A string that also names the class."""
        self = super().__new__(cls, text)
        self.raised_as = raised_as
        return self

    def __getnewargs_ex__(self) -> tuple[tuple[str, str], dict[str, str]]:  # so that it can be pickled and copied
        """Rebuild it from its parts."""
        return (str(self), self.raised_as), {}


class MergeError(ValueError):
    """Raised where Keras rejects the merge, and for invalid requests.

    Attributes:
        keras_message: Keras's own text, letter for letter, without terminal colours. Where Keras fails by accident
            (`docs/sources.md` lists these) this is a clear text instead.
        explanation: why, in one or two sentences.
        axes: the offending (input, axis) pairs, each axis counted in that input's own shape.
        fixes: changes that `align` accepts, those that keep every value first; empty where none is known.
        accident: Keras's real text where it fails by accident, otherwise None.
        partial: how far each input was aligned, for a table; empty where no shapes were read.
    """

    def __init__(
        self,
        keras_message: str,
        explanation: str | None = None,
        *,
        axes: Sequence[tuple[int, int]] = (),
        fixes: Sequence[Fix] = (),
        accident: str | None = None,
        partial: Sequence[PartialInput] = (),
        call: Call | None = None,
    ) -> None:
        self.keras_message = call.wrap(keras_message) if call else keras_message
        self.explanation = keras_message if explanation is None else explanation
        self.axes = tuple(axes)
        self.fixes = tuple(fixes)
        self.accident = accident
        self.partial = tuple(partial)
        self._inner, self._call = keras_message, call
        super().__init__(self.keras_message)

    def __str__(self) -> str:
        """Keras's text, then the explanation where that says more."""
        if self.explanation == self.keras_message:
            return str(self.keras_message)
        return f"{self.keras_message}\n{self.explanation}"

    def __reduce__(self) -> tuple[object, ...]:  # so that keyword arguments survive pickling
        """Rebuild it from its parts."""
        return partial(MergeError, **self._parts()), (self._inner, self.explanation)

    @property
    def inner_message(self) -> str:
        """Keras's text without the frame of the call, which names the tensors of the backend."""
        return self._inner

    @property
    def raised_as(self) -> str:
        """Name of the class of Keras's error; empty for an invalid request, which does not reach Keras."""
        text = self._inner if self.accident is None else self.accident
        return "" if isinstance(text, Sentence) else getattr(text, "raised_as", ValueError.__name__)

    @property
    def raised_in_call(self) -> bool:
        """Whether Keras raises it inside the call of the layer, not in its checks before."""
        return self._call is not None

    def but(
        self,
        *,
        fixes: Sequence[Fix] | None = None,
        partial: Sequence[PartialInput] | None = None,
        call: Call | None = None,
    ) -> MergeError:
        """The same error with other fixes, with the partial alignment, or raised by another call."""
        changed: dict[str, Any] = {"fixes": fixes, "partial": partial, "call": call if self._call else None}
        changes = {name: value for name, value in changed.items() if value is not None}
        return MergeError(self._inner, self.explanation, **{**self._parts(), **changes})

    def _parts(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("axes", "fixes", "accident", "partial")} | {"call": self._call}


@dataclass(frozen=True)
class Call:
    """The call of a layer, as Keras prints it around an inner error (keras/src/utils/traceback_utils.py)."""

    layer: str
    shapes: tuple[Shape, ...]
    dtypes: tuple[str, ...]
    tensor: str = "tf.Tensor"
    shape_text: Callable[[Shape], str] = str

    def wrap(self, message: str) -> str:
        """The message in Keras's frame."""
        tensors = [
            f"{self.tensor}(shape={self.shape_text(shape)}, dtype={dtype})"
            for shape, dtype in zip(self.shapes, self.dtypes, strict=True)
        ]
        return (
            f"Exception encountered when calling {self.layer}.call().\n\n{message}\n\n"
            f"Arguments received by {self.layer}.call():\n  • inputs={tensors}"
        )


SHOWN = 60  # characters of foreign text that an error repeats


def short(name: str) -> str:
    """A foreign name, cut to what fits a line."""
    return name if len(name) <= SHOWN else name[:SHOWN] + "…"


def shown(value: object) -> str:
    """The start of the `repr` of a value, for an error; its type alone where `repr` fails."""
    try:
        return repr(value)[:SHOWN]
    except Exception:  # nested too deeply, or of a class whose own `__repr__` fails
        return type(value).__name__


def invalid_request(template: str, /, **values: object) -> MergeError:
    """The error of a request for which Keras has no text of its own."""
    return MergeError(Sentence(template, **values))
