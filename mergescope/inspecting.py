"""`inspect`: every call of a live model in which tensors meet, with what it computed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .collecting import Collector, Place
from .engine import MERGES, GateHealth, MergeError, Sentence, TensorView, gate_scales, side_by_side, values_view
from .gradients_of_run import MergeGradients, gradients_through
from .language import translated
from .recording import Recorded, write
from .running import Framework, Ran, framework_of
from .showing import widget_of

if TYPE_CHECKING:
    from .widget import TensorWidget

__all__ = ["Inspection", "Place", "inspect"]

_MOST_BYTES = 2_000_000_000
_SHOWN = 60  # rows of the printed list
_NAME = 60  # characters of a name in a title


def inspect(model: Any, inputs: Any, *, most_bytes: int = _MOST_BYTES) -> Inspection:
    """Run a model once, in inference mode in this process, and find every call in which tensors meet.

    Merge layers, operators such as `x * a`, functions of `keras.ops`, of TensorFlow, PyTorch or `jax.numpy`, in the
    model, in custom layers, Lambdas and subclassed models. On Keras's NumPy backend operators are not seen, and on JAX
    functions that are not called by their name in `jax.numpy`; on TensorFlow what `tf.numpy_function` computes counts
    as a constant, and the inside of `tf.vectorized_map` is not seen.

    Args:
        model: a model or layer of Keras 3 on any backend, a module of PyTorch, or a function that calls Keras.
        inputs: as the model takes them: an array, a list or a dict of arrays, batch axis first.
        most_bytes: of all tensors that are kept; of what comes later only shapes are.

    Raises:
        MergeError: it is no model that can be inspected.
        Exception: whatever the model itself raises.
    """
    framework = framework_of(model)
    collector = framework.collector(most_bytes)
    ran = framework.run(model, inputs, collector.look, None)
    return Inspection(model, inputs, framework, ran, collector)


class Inspection:
    """What one run of a model computed at each call in which tensors meet: `Place` by `Place`, in the order of the run.

    Attributes:
        places: by id, such as "gate_20" or "gate/multiply#2".
    """

    def __init__(self, model: Any, inputs: Any, framework: Framework, ran: Ran, collector: Collector) -> None:
        self.places = collector.places
        self._model, self._inputs, self._framework = model, inputs, framework
        self._recorded = Recorded.of(model, framework, ran, collector)

    def __len__(self) -> int:
        return len(self.places)

    def __iter__(self) -> Iterator[Place]:
        return iter(self.places.values())

    def __getitem__(self, name: str | int) -> Place:
        """A place by its id or its number.

        Raises:
            KeyError: names those that there are.
        """
        if isinstance(name, int):
            return list(self.places.values())[name]
        if name not in self.places:
            raise KeyError(f"There is no call {name!r}; there are {', '.join(list(self.places)[:20]) or 'none'}.")
        return self.places[name]

    @property
    def merges(self) -> tuple[Place, ...]:
        """Those that are one of the eight merges."""
        return tuple(place for place in self if place.operation)

    @property
    def gates(self) -> dict[str, GateHealth]:
        """The diagnosis of every gate, by id of the merge in which it gates features."""
        return {place.name: place.health for place in self if place.health is not None}

    def show(self, name: str | int) -> TensorWidget:
        """The linked view of one place."""
        return widget_of(self.view(name))

    def view(self, name: str | int) -> TensorView:
        """What `show` draws, as plain data."""
        place = self[name]
        alignment = place.alignment
        tensors = (*place.inputs, place.output)
        if alignment is None or alignment.output_shape != place.output.shape:
            numbered = [Sentence("input {number}", number=number) for number in range(len(tensors) - 1)]
            names = [translated(name) for name in (*numbered, Sentence("output"))]
            return side_by_side(names, tensors, translate=translated)
        normalize = bool(place.meeting.options.get("normalize", False))
        drawn = values_view(alignment, tensors, translate=translated, normalize=normalize)
        view = gate_scales(_titled(drawn, place), place.gate)
        rank = place.output.ndim
        return replace(view, axes=(rank - 2, rank - 1)) if self._framework.channels == "first" and rank > 2 else view

    def gradients(self, name: str | int, *, output: int = 0, index: Sequence[int] | None = None) -> MergeGradients:
        """Gradient of one element of the model's output with respect to each operand, through this merge alone.

        The model runs once more.

        Args:
            name: of the merge.
            output: which output of the model.
            index: of the element, batch first; None for the largest.

        Raises:
            MergeError: the call is no merge, has masks, or the backend has no gradients.
        """
        return gradients_through(self._framework, self._model, self._inputs, self[name], output, index)

    def save(self, path: str | Path) -> Path:
        """Write a recording, which the model inspector of the app opens.

        Args:
            path: of the file; by convention it ends in `.msr.npz`.
        """
        return write(path, [self._recorded])

    def to_frame(self) -> Any:
        """The list as a pandas DataFrame.

        Raises:
            ImportError: pandas is not installed.
        """
        import pandas as pd  # noqa: PLC0415  # no dependency of this package

        return pd.DataFrame([_row(place) for place in self], columns=list(_COLUMNS))

    def __repr__(self) -> str:
        """The list as text."""
        lines = [f"{len(self)} calls in which tensors meet, {len(self.merges)} of them merges"]
        lines += [f"  {place.name}: {_written(place)} {_shapes(place)}" for place in list(self)[:_SHOWN]]
        return "\n".join(lines + ([f"  and {len(self) - _SHOWN} more"] if len(self) > _SHOWN else []))


def _titled(view: TensorView, place: Place) -> TensorView:
    """The view with the call that computes each operand in its title."""
    names = [source.call.rpartition("/")[2] or source.constant for source in place.meeting.sources]
    panels = [
        replace(panel, title=f"{panel.title} · {name[:_NAME]}" if name else panel.title)
        for panel, name in zip(view.panels, [*names, ""], strict=True)
    ]
    return replace(view, panels=tuple(panels))


_COLUMNS = ("call", "operation", "written as", "inputs", "output", "dtype", "broadcast", "gate")


def _row(place: Place) -> tuple[str, ...]:
    health = place.health
    return (
        place.name, place.operation, _written(place), "; ".join(map(str, place.shapes[:-1])), str(place.shapes[-1]),
        place.tensors[-1].dtype, _broadcast(place), translated(health.verdict) if health else "",
    )  # fmt: skip


def _written(place: Place) -> str:
    """How it is written: Multiply, x * y, maximum."""
    signs = {"Add": "x + y", "Subtract": "x - y", "Multiply": "x * y"}
    if place.meeting.kind == "operator":
        return signs[place.operation]
    return MERGES[place.operation].function if place.meeting.kind == "function" else place.operation or "other"


def _shapes(place: Place) -> str:
    return f"{', '.join(map(str, place.shapes[:-1]))} -> {place.shapes[-1]}"


def _broadcast(place: Place) -> str:
    try:
        alignment = place.alignment
    except MergeError:
        return ""
    found = [
        f"input {number} along {', '.join(str(axis) for axis, role in enumerate(entry.roles) if role == 'stretched')}"
        for number, entry in enumerate(alignment.inputs if alignment else ())
        if "stretched" in entry.roles
    ]
    return "; ".join(found)
