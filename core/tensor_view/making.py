"""Tensors that are computed when their values are asked for: what they are made of is enough to name and to send them.

A slider has up to a hundred maps, few of which are ever looked at. `ui/tensor_view/browser/making.js` makes each bit of
them again, when it is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from math import prod
from typing import Any

import numpy as np

from ..gates.map_changes import MAP_CHANGES, change_map
from ..gates.resampling import upsample
from .model import Array
from .numbers import digest_of, name_values


@dataclass(frozen=True, eq=False)
class Made:
    """A tensor and how it is made.

    Attributes:
        how: "enlarge", or the name of a change to a map (`core.gates.map_changes`).
        source: what it is made of, float32; an array is read-only.
        shape: of its values.
        amounts: numbers that the change takes, in the order of its row.
    """

    how: str
    source: Array | Made
    shape: tuple[int, ...]
    amounts: tuple[float, ...] = ()

    @cached_property
    def digest(self) -> str:
        """Tells it from others; known without its values."""
        content = f"made {self.how} {self.amounts} {self.shape} {digest_of_tensor(self.source)}"
        return blake2b(content.encode(), digest_size=8).hexdigest()

    @property
    def size(self) -> int:
        """How many values it has."""
        return prod(self.shape)

    @property
    def in_browser(self) -> bool:
        """Whether the browser makes it too; if not, its values are sent."""
        return self.how in IN_BROWSER and (not isinstance(self.source, Made) or self.source.in_browser)

    def values(self) -> Array:
        """Computed now: float32, read-only, of this digest."""
        source = self.source.values() if isinstance(self.source, Made) else self.source
        found = np.array(HOW[self.how](self, source))
        found.flags.writeable = False
        name_values(found, self.digest)
        return found


def _enlarged(made: Made, source: Array) -> Array:
    factors = tuple(size // few for size, few in zip(made.shape[1:-1], source.shape[1:-1], strict=True))
    return upsample(source, factors)


def _changed(made: Made, source: Array) -> Array:
    names = (amount.name for amount in MAP_CHANGES[made.how].amounts)
    return change_map(made.how, source, **dict(zip(names, made.amounts, strict=True)))


IN_BROWSER = frozenset(
    {"enlarge", "invert", "sharpen", "threshold", "shift", "constant", "random", "gaussian", "permuted"}
)  # what `browser/making.js` knows
HOW: dict[str, Callable[[Made, Array], Array]] = {"enlarge": _enlarged, **dict.fromkeys(MAP_CHANGES, _changed)}


def digest_of_tensor(tensor: Array | Made) -> str:
    """The digest of either."""
    return tensor.digest if isinstance(tensor, Made) else digest_of(tensor)


class Frames(Sequence[Array]):
    """The frames of a reel; the values of each are computed when it is asked for.

    Attributes:
        tensors: one for each frame, of one shape.
    """

    def __init__(self, tensors: Sequence[Array | Made]) -> None:
        """Nothing is computed yet."""
        self.tensors = tuple(tensors)

    @property
    def shape(self) -> tuple[int, ...]:
        """(frames, *shape of each)."""
        return (len(self.tensors), *(self.tensors[0].shape if self.tensors else ()))

    def __len__(self) -> int:
        return len(self.tensors)

    def __getitem__(self, at: int) -> Array:  # type: ignore[override]  # no slices
        found = self.tensors[at]
        return found.values() if isinstance(found, Made) else found

    def __iter__(self) -> Iterator[Array]:
        return (self[at] for at in range(len(self)))


def making_plans(tensors: Iterable[Made]) -> tuple[list[dict[str, Any]], dict[str, Array]]:
    """How tensors are made, those that are made alike together; and by digest what they are made of in the end.

    What is the same for all of a plan ("of", the digest of the source, and "amounts") stands there once.
    """
    plans = dict[tuple[Any, ...], dict[str, Any]]()
    sources, known = dict[str, Array](), set[str]()

    for tensor in tensors:
        for made in _not_known(tensor, known):
            if not isinstance(made.source, Made):
                sources[digest_of(made.source)] = made.source
            shape = made.source.shape
            new = {"how": made.how, "count": made.size, "shape": shape, "digests": [], "of": [], "amounts": []}
            plan = plans.setdefault((made.how, made.shape, shape), new)
            plan["digests"].append(made.digest)
            plan["of"].append(digest_of_tensor(made.source))
            plan["amounts"].append(made.amounts)
    return [{**plan, **{name: _once(plan[name]) for name in ("of", "amounts")}} for plan in plans.values()], sources


def _not_known(tensor: Made, known: set[str]) -> list[Made]:
    """A tensor and those that it is made of, the first of them first; from then on they are known."""
    found: list[Made] = []
    made: Made | Array = tensor
    while isinstance(made, Made) and made.digest not in known:
        known.add(made.digest)
        found.append(made)
        made = made.source
    return found[::-1]


def _once(values: list[Any]) -> list[Any]:
    return values[:1] if all(value == values[0] for value in values) else values
