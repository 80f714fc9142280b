"""Cached wrappers with the arguments of the functions they wrap. A cache is only speed: losing it loses nothing."""

from __future__ import annotations

import threading
import weakref
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from functools import cache, partial, wraps
from inspect import signature
from sys import getsizeof
from typing import Any, ParamSpec, TypeVar, cast
from weakref import WeakValueDictionary

import numpy as np

from core.digests import digest, is_constant, name_array
from core.dtypes import Array
from core.gates import GateTrace, channels
from core.merges.merge import Merged, merge
from core.merges.samples import make_sample
from core.tensor_view import STREAMS

P = ParamSpec("P")
R = TypeVar("R")


class ArrayCache:
    """Arrays by key, up to a number of bytes together; the least recently used are dropped. Safe from any thread.

    One that a session still shows is found, too. All sessions get the same array, not a copy, so it cannot be written
    to. (`st.cache_data` would keep a pickle and unpickle a copy for every run.)
    """

    def __init__(self, most_bytes: int) -> None:
        """An empty cache."""
        self._most_bytes, self._bytes = most_bytes, 0
        self._lock = threading.Lock()
        self._arrays: OrderedDict[Hashable, Array] = OrderedDict()
        self._alive: WeakValueDictionary[Hashable, Array] = WeakValueDictionary()

    def get(self, key: Hashable, make: Callable[[], Array]) -> Array:
        """The array of a key, made where it is not kept; one that is larger than the cache is never kept."""
        with self._lock:
            array = self._alive.get(key)
            if array is not None:
                self._keep(key, array)
                return array
        array = make()  # without the lock: two sessions may make the same array, but none waits for another's
        array.flags.writeable = False
        with self._lock:
            if array.nbytes > self._most_bytes:
                return array
            array = self._alive.setdefault(key, array)
            self._keep(key, array)
        return array

    def _keep(self, key: Hashable, array: Array) -> None:
        if key not in self._arrays:
            self._arrays[key] = array
            self._bytes += array.nbytes
        self._arrays.move_to_end(key)
        while self._bytes > self._most_bytes:
            self._bytes -= self._arrays.popitem(last=False)[1].nbytes


_SMALL = 160_000  # bytes
EACH = 1_000  # bytes that are counted for each result besides: its key, what refers to it, sizes


class _NotKept(Exception):  # noqa: N818  # no error
    """A result that depends on an array that may change."""


@dataclass(frozen=True)
class _Kept:
    """A result, references to the objects that it goes with, and the bytes of what it consists of, by identity."""

    result: Any
    ends: list[weakref.ref[Any]]
    sizes: dict[int, int]

    @property
    def size(self) -> int:
        """Bytes of all of it."""
        return EACH + sum(self.sizes.values())


class _Room:
    """Results up to a number of bytes together; those used longest ago go first. Not locked.

    An array that is part of several of them counts once.
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes, self.bytes = most_bytes, 0
        self.kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._uses: Counter[int] = Counter()  # results that an object is part of

    def put(self, key: Hashable, kept: _Kept) -> Iterator[tuple[Hashable, _Kept]]:
        """Keep a result; gives those that have to go, with their keys."""
        if kept.size > self.most_bytes:  # it would drop all others, and then itself
            yield key, kept
            return
        self.kept[key] = kept
        self.bytes += EACH + sum(size for part, size in kept.sizes.items() if not self._uses[part])
        self._uses.update(kept.sizes.keys())
        while self.bytes > self.most_bytes:
            oldest, gone = next(iter(self.kept.items()))
            self.drop(oldest)
            yield oldest, gone

    def drop(self, key: Hashable) -> None:
        """Let go of a result, if it is there."""
        kept = self.kept.pop(key, None)
        if kept is None:
            return
        self.bytes -= EACH
        for part, size in kept.sizes.items():
            self._uses[part] -= 1
            if not self._uses[part]:
                del self._uses[part]
                self.bytes -= size


class Results:
    """Results of functions, up to a number of bytes together; those used longest ago go first. Safe from any thread.

    Small ones have a room of their own: a hundred of them would have to go for one trace, and to make them all again
    takes longer. A result that a session still shows is found, too, where it can be referenced weakly, as arrays and
    traces can: it takes no more memory, while the same computed again would.
    """

    def __init__(self, most_bytes: int, *, small: int = 0) -> None:
        """Nothing is kept yet.

        Args:
            most_bytes: of all results together, but for small ones.
            small: bytes of all results of at most 160 KB together; 0 if they have no room of their own.
        """
        self._small, self._large = _Room(small), _Room(most_bytes)
        self._lock = threading.Lock()
        self._held: dict[Hashable, tuple[weakref.ref[Any], list[weakref.ref[Any]]]] = {}  # by others alone
        self._outdated, self._gone = deque[Hashable](), deque[Hashable]()

    @property
    def bytes(self) -> int:
        """Of all results that are kept now."""
        return self._small.bytes + self._large.bytes

    def remembered(self, function: Callable[P, R]) -> Callable[P, R]:
        """Keep the results of a function for all sessions; `st.cache_resource` in a tenth of its time.

        The key is the arguments, but for parameters whose name begins with `_`. A read-only array, or another object
        that is equal to itself only, counts as the object that it is, and the result goes with it; with an array that
        can be written to nothing is kept. Two threads may compute one result at a time, but none waits for another.
        """
        names = list(signature(function).parameters)

        @wraps(function)
        def look_up(*args: P.args, **options: P.kwargs) -> R:
            given = [*zip(names, args, strict=False), *sorted(options.items())]
            values = [value for name, value in given if not name.startswith("_")]
            try:
                key: tuple[Any, ...] = (look_up, *options, *map(_identity, values))
            except _NotKept:
                return function(*args, **options)
            found = self._get(key)
            if found:
                return cast("R", found[0])
            result = function(*args, **options)
            self._put(key, result, [one for value in values for one in _objects(value)])
            return result

        return look_up

    def _get(self, key: Hashable) -> tuple[Any] | None:
        """The result, in a tuple of one."""
        with self._lock:
            self._forget()
            for room in (self._small, self._large):
                if key in room.kept:
                    room.kept.move_to_end(key)
                    return (room.kept[key].result,)
            held, ends = self._held.pop(key, (None, []))
            result = held() if held else None
        if result is None:
            return None
        self._keep(key, _Kept(result, ends, _sizes(result)))
        return (result,)

    def _put(self, key: Hashable, result: Any, objects: Iterable[Any]) -> None:
        """Keep a result for as long as all of these objects live."""
        ends = [weakref.ref(one, partial(_note, self._outdated, key)) for one in objects]
        self._keep(key, _Kept(result, ends, _sizes(result)))

    def _keep(self, key: Hashable, kept: _Kept) -> None:
        with self._lock:
            self._drop(key)  # another thread was faster
            room = self._small if kept.size <= _SMALL and self._small.most_bytes else self._large
            for name, gone in room.put(key, kept):
                with suppress(TypeError):  # such as a list
                    self._held[name] = weakref.ref(gone.result, partial(_note, self._gone, name)), gone.ends

    def _drop(self, key: Hashable) -> None:
        self._small.drop(key)
        self._large.drop(key)

    def _forget(self) -> None:
        while self._outdated:
            key = self._outdated.popleft()
            self._drop(key)
            self._held.pop(key, None)
        while self._gone:
            key = self._gone.popleft()
            if key in self._held and self._held[key][0]() is None:
                del self._held[key]


def _note(keys: deque[Hashable], key: Hashable, _: object) -> None:
    """Something has gone; this may come while the lock is held."""
    keys.append(key)


def _identity(value: Any) -> Hashable:
    if isinstance(value, tuple):
        return tuple(map(_identity, value))
    if isinstance(value, np.ndarray) and not is_constant(value):
        raise _NotKept
    return ("object", id(value)) if _is_object(value) else value


def _is_object(value: Any) -> bool:
    """Whether a value is equal to itself only; such as an array, or a trace."""
    return isinstance(value, np.ndarray) or (is_dataclass(value) and type(value).__eq__ is object.__eq__)


def _objects(value: Any) -> list[Any]:
    if isinstance(value, tuple):
        return [one for part in value for one in _objects(part)]
    return [value] if _is_object(value) else []


def _sizes(result: Any) -> dict[int, int]:
    """Bytes of all that a result consists of, by identity; of a view of an array, those of the whole array."""
    sizes: dict[int, int] = {}
    waiting = [result]
    while waiting:
        part = waiting.pop()
        while isinstance(part, np.ndarray) and isinstance(part.base, np.ndarray):
            part = part.base
        if id(part) in sizes:
            continue
        sizes[id(part)] = part.nbytes if isinstance(part, np.ndarray) else getsizeof(part)
        if isinstance(part, (tuple, list)):
            waiting += part
        elif isinstance(part, dict):
            waiting += [*part, *part.values()]
        elif is_dataclass(part) and not isinstance(part, type):
            waiting += [getattr(part, name) for name in _field_names(type(part))]
    return sizes


@cache
def _field_names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


_RESULTS = Results(60_000_000, small=12_000_000)
remembered = _RESULTS.remembered


def read_only(trace: GateTrace) -> GateTrace:
    """A trace whose tensors can be keys of caches."""
    for step in trace.steps:
        step.value.flags.writeable = False
    return trace


_SAMPLES = ArrayCache(8_000_000)


def sample(name: str, shape: tuple[int, ...], *, number: int, seed: int, dtype: str, first: int | None = None) -> Array:
    """`core.merges.samples.make_sample`, read-only: the key is (sample, shape, seed), never the array."""
    values = _SAMPLES.get(
        (name, shape, number, seed, dtype, first),
        lambda: make_sample(name, shape, number=number, seed=seed, dtype=dtype, first=first),
    )
    if name == "uniform" and values.dtype == np.float32:
        STREAMS.note(values, seed + number)
    return values


@remembered
def multiplied(features: Array, weights: Array) -> Merged:
    """`Multiply` of features and weights; its value is read-only."""
    merged = merge("Multiply", (features, weights))
    merged.value.flags.writeable = False
    name_array(merged.value, "Multiply", features, weights)
    return merged


def gated_figures(features: Array, weights: Array) -> channels.ChannelFigures:
    """`core.gates.channels.channel_figures` of features that are multiplied by a map."""
    return _figures(digest(features, weights), features, weights)


@remembered
def _figures(name: str, _features: Array, _weights: Array) -> channels.ChannelFigures:  # noqa: ARG001 -- cache key
    return channels.channel_figures(_features, multiplied(_features, _weights).value, _weights)
