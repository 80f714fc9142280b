"""Follows the tensors of one run: which call computes each, and at which calls several of them meet.

Frameworks report their calls here, layer by layer and operation by operation. A tensor counts if it was computed from
the inputs of the model; weights and constants do not, so a layer that only scales its input is no meeting.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from .engine import MERGES, Kind, Meeting, RecordedCall, Source

T = TypeVar("T")
Flat = Callable[[Any], list[Any]]
"""Returns the tensors in a result."""
Look = Callable[[Meeting, Sequence[Any], Any], None]
"""Called with a meeting, its operands and its result."""
_MOST_CONSTANT = 12  # characters of a constant that is repeated


class TensorMap(Generic[T]):
    """Values by tensor. Tensors are distinguished by identity and are not kept alive."""

    def __init__(self) -> None:
        self._entries: dict[int, tuple[Any, T]] = {}

    def __setitem__(self, tensor: Any, value: T) -> None:
        number = id(tensor)
        try:
            reference = weakref.ref(tensor, lambda _: self._entries.pop(number, None))
        except TypeError:  # of a class without weak references, such as `int`
            return
        self._entries[number] = (reference, value)

    def pop(self, tensor: Any) -> None:
        """Forget the value of a tensor, if it has one."""
        self._entries.pop(id(tensor), None)

    def get(self, tensor: Any) -> T | None:
        """The value of a tensor, or None."""
        entry = self._entries.get(id(tensor))
        return entry[1] if entry is not None and entry[0]() is tensor else None


@dataclass
class Frame:
    """A layer or module that is being called.

    Attributes:
        path: labels of the calls around and of this one.
        closed: whether what happens inside does not count.
        once: whether only the first call of each layer inside counts, as in a loop over steps.
        numbers: for each operation inside how often it has been called.
        order: for each operation inside the numbers of its calls, in the order of the run; where known.
    """

    path: tuple[str, ...] = ()
    closed: bool = False
    once: bool = False
    numbers: dict[Any, int] = field(default_factory=dict)
    order: Mapping[Any, list[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Called:
    """What a framework says of one call of a layer, module or operation.

    Attributes:
        name: of it.
        class_name: of it.
        key: distinguishes it from others that are called inside the same layer.
        operation: name in `core.MERGES` if it is a merge, else empty.
        kind: see `core.files.recordings.Meeting`.
        options: of the merge.
        opened: whether the calls inside are followed.
        once: of a call that is opened, see `Frame`.
        order: likewise.
        always: whether it is a meeting even on one tensor: attention combines positions of it.
    """

    name: str
    class_name: str
    key: Any
    operation: str = ""
    kind: Kind = "operation"
    options: Mapping[str, Any] = field(default_factory=dict)
    opened: bool = False
    once: bool = False
    order: Mapping[Any, list[int]] = field(default_factory=dict)
    always: bool = False


@dataclass(frozen=True)
class Entered:
    """A call that has begun.

    Attributes:
        name: its id; empty for one that is not listed.
        called: what is called.
        operands: its tensors and numbers.
        sources: for each of them `Watch.source`.
    """

    name: str
    called: Called
    operands: Sequence[Any]
    sources: Sequence[str | None]


class Watch:
    """One run.

    Attributes:
        look: called at each meeting.
        touch: may replace the result of a meeting, given its id.
        counts: whether a tensor counts that no reported call has computed, for frameworks that do not report all.
        calls: in the order of the run, by id.
        meetings: likewise.
    """

    def __init__(
        self,
        look: Look,
        *,
        touch: Callable[[str, Any], Any] | None = None,
        counts: Callable[[Any], bool] = lambda _: False,
    ) -> None:
        self.look, self.touch, self.counts = look, touch, counts
        self.calls: dict[str, RecordedCall] = {}
        self.meetings: dict[str, Meeting] = {}
        self._known = TensorMap[str]()
        self._frames = [Frame()]
        self._thread = threading.get_ident()

    @property
    def idle(self) -> bool:
        """Whether calls are not followed now: inside a closed layer, or in another thread."""
        return self._frames[-1].closed or threading.get_ident() != self._thread

    def add_input(self, name: str, tensor: Any) -> None:
        """An input of the model."""
        label = self._unique(name)
        self.calls[label] = RecordedCall(label, name, "Input", (), _shape(tensor))
        self._known[tensor] = label

    def source(self, tensor: Any) -> str | None:
        """Id of the call that computes a tensor, empty if that is not known; None for a weight or a constant."""
        found = self._known.get(tensor)
        return found if found is not None else "" if self.counts(tensor) else None

    def run(
        self, called: Called, operands: Sequence[Any], call: Callable[[], Any], flat: Flat, *, root: bool = False
    ) -> Any:
        """Make a call and note what it does.

        Args:
            called: what is called.
            operands: its tensors and numbers, without masks.
            call: makes it.
            flat: the tensors in a result.
            root: as in `enter`.

        Returns:
            Its result.
        """
        entered = self.enter(called, operands, root=root)
        try:
            result = call()
        except BaseException:
            self._frames.pop()
            raise
        return self.leave(entered, result, flat)

    def enter(self, called: Called, operands: Sequence[Any], *, root: bool = False) -> Entered:
        """A call begins.

        Args:
            called: what is called.
            operands: its tensors and numbers, without masks.
            root: whether it is the model itself, whose name is part of no id.
        """
        around = self._frames[-1]
        repeated = around.once and called.key in around.numbers
        path = () if root else (*around.path, self._label(around, called))
        name = "" if root or repeated else self._unique("/".join(path))
        sources = [] if root or repeated else [self.source(one) for one in operands]
        self._frames.append(Frame(path, repeated or not called.opened, called.once, order=called.order))
        return Entered(name, called, operands, sources)

    def leave(self, entered: Entered, result: Any, flat: Flat) -> Any:
        """A call has ended; its result."""
        self._frames.pop()
        if not entered.name:
            return self._spread(entered.operands, result, flat, None)
        return (
            self._after_opened(entered, result, flat) if entered.called.opened else self._after(entered, result, flat)
        )

    def met(self, called: Called, operands: Sequence[Any], result: Any) -> Any:
        """An operation has been executed on several tensors that count; its result."""
        around = self._frames[-1]
        if around.once:  # what a loop over steps does itself, such as stacking their results
            return self._spread(operands, result, _alone, None)
        name = self._unique("/".join((*around.path, self._label(around, called))))
        sources = [self.source(one) for one in operands]
        return self._after(Entered(name, called, operands, sources), result, _alone)

    def carried(self, operands: Sequence[Any], results: Sequence[Any]) -> None:
        """An operation that is no meeting: its results count as what they are computed from."""
        self._spread(operands, results, list, None)

    def _after(self, entered: Entered, result: Any, flat: Flat) -> Any:
        """A call whose inside is not followed."""
        called, sources, tensors = entered.called, entered.sources, flat(result)
        self._list(entered, tensors)
        meets = sum(source is not None for source in sources) > 1 or called.always
        if tensors and meets:
            operation = called.operation if called.operation in MERGES else ""
            meeting = Meeting(entered.name, operation, called.kind, _sources(entered.operands, sources), called.options)
            self.meetings[entered.name] = meeting
            self.look(meeting, entered.operands, tensors[0])
            if self.touch is not None and len(tensors) == 1:
                result = self.touch(entered.name, result)
        return self._spread(entered.operands, result, flat, entered.name)

    def _after_opened(self, entered: Entered, result: Any, flat: Flat) -> Any:
        """A call that was followed; it is listed itself if nothing inside was."""
        inside = f"{entered.name}/"
        if any(call.startswith(inside) for call in self.calls):
            return self._spread(entered.operands, result, flat, None)
        self._list(entered, flat(result))
        return self._spread(entered.operands, result, flat, entered.name)

    def _list(self, entered: Entered, tensors: Sequence[Any]) -> None:
        given = tuple(dict.fromkeys(source for source in entered.sources if source))
        shape = _shape(tensors[0]) if tensors else None
        self.calls[entered.name] = RecordedCall(
            entered.name, entered.called.name, entered.called.class_name, given, shape
        )

    def _spread(self, operands: Sequence[Any], result: Any, flat: Flat, name: str | None) -> Any:
        """The results count, as computed by a call or, without one, by that of the first operand that counts."""
        known = [found for found in map(self._known.get, operands) if found is not None]
        if name is not None or known:
            for tensor in flat(result):
                if name is not None or self._known.get(tensor) is None:
                    self._known[tensor] = name if name is not None else known[0]
        return result

    def _label(self, frame: Frame, called: Called) -> str:
        number = frame.numbers.get(called.key, 0)
        frame.numbers[called.key] = number + 1
        order = frame.order.get(called.key, ())
        shown = order[number] if number < len(order) else number
        return label(called.name, shown)

    def _unique(self, name: str) -> str:
        found, number = name, 1
        while found in self.calls:
            found, number = label(name, number), number + 1
        return found


def label(name: str, number: int) -> str:
    """A name, with "#2" for the second call."""
    return f"{name}#{number + 1}" if number else name


def _alone(tensor: Any) -> list[Any]:
    return [tensor]


def _sources(operands: Sequence[Any], sources: Sequence[str | None]) -> tuple[Source, ...]:
    return tuple(
        Source(source) if source is not None else Source("", _constant(operand))
        for operand, source in zip(operands, sources, strict=True)
    )


def _constant(operand: Any) -> str:
    """A number as text; anything larger as "array"."""
    return str(operand)[:_MOST_CONSTANT] if isinstance(operand, (int, float)) else "array"


def _shape(tensor: Any) -> tuple[int, ...] | None:
    shape = getattr(tensor, "shape", None)
    try:
        return None if shape is None else tuple(int(size) for size in shape)
    except TypeError:  # an unknown size, while a function is traced
        return None
