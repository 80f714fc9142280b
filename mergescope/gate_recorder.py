"""A callback of Keras that records the gates of a model while it is trained."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import keras

from .collecting import Place
from .engine import MAX_RECORDING_BYTES, Sentence, invalid_request
from .language import translated
from .recording import Recorded, write
from .running import Run, framework_of

_MOST_STEPS = 500  # recorded steps; beyond, every second one is dropped


class GateRecorder(keras.callbacks.Callback):
    """Records every gate on fixed inputs, before the first step and then every so many steps.

    The model runs in inference mode on these inputs, beside the training. The recording is written after each epoch and
    at the end; the model inspector of the app plays it as a film. If it grows too large, every second recorded step is
    dropped.

    Args:
        path: of the file; by convention it ends in `.msr.npz`.
        inputs: a few samples, as the model takes them, batch axis first.
        every: steps between two recordings. With `steps_per_execution`, after the execution that reaches them.
        everything: whether all merges are recorded, not only gates with the features that they gate.
        most_bytes: of the file.
    """

    def __init__(
        self,
        path: str | Path,
        inputs: Any,
        *,
        every: int = 100,
        everything: bool = False,
        most_bytes: int = MAX_RECORDING_BYTES,
    ) -> None:
        super().__init__()
        if every < 1:
            raise invalid_request("every={every} is not a number of steps; pass 1 or more.", every=every)
        self.path = Path(path)
        self._inputs, self._every, self._everything = inputs, every, everything
        self._most_bytes = most_bytes
        self._step, self._begin = 0, -1
        self._steps: list[Recorded] = []
        self._gates: set[str] = set()
        self._written: tuple[int, ...] = ()
        self._run: Run | None = None

    @property
    def steps(self) -> tuple[int, ...]:
        """Numbers of the recorded steps."""
        return tuple(step.number for step in self._steps)

    def set_model(self, model: Any) -> None:
        """Take the model that is going to be trained.

        Raises:
            MergeError: it is no model that can be recorded, such as one of Keras 2.
        """
        framework_of(model)
        self._run = None
        super().set_model(model)

    def on_train_begin(self, logs: Any = None) -> None:  # noqa: ARG002  # the signature of Keras
        """Record the model as it is before the first step."""
        self._record()

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002  # the signature of Keras
        """Keep the number of the batch: Keras may run several before the end."""
        self._begin = batch

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002  # the signature of Keras
        """Record it if it is time."""
        before = self._step
        self._step += self._executed(batch)
        if self._step // self._every > before // self._every:
            self._record()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002  # the signature of Keras
        """Write what is there, so that an interrupted training leaves a recording."""
        self._write()

    def on_train_end(self, logs: Any = None) -> None:  # noqa: ARG002  # the signature of Keras
        """Record the trained model."""
        self._record()
        self._write()
        if not any(step.places for step in self._steps):
            text = Sentence(
                "No merge of {model} was recognized as a gate, so {path} holds no merges. To record all merges, "
                "pass {code}.",
                model=self._steps[-1].model,
                path=self.path,
                code="GateRecorder(..., everything=True)",
            )
            warnings.warn(translated(text), stacklevel=2)

    def _executed(self, batch: int) -> int:
        """How many steps have ended with this one; the last execution of an epoch may have fewer than the others."""
        steps = (self.params or {}).get("steps")
        last = batch if steps is None else min(batch, steps - 1)
        return max(1, last - self._begin + 1) if self._begin >= 0 else 1

    def _record(self) -> None:
        if self._steps and self._steps[-1].number == self._step:
            return
        sync = getattr(self.model, "jax_state_sync", None)
        if sync is not None:  # JAX trains on copies of the weights
            sync()
        framework = framework_of(self.model)
        if self._run is None:
            self._run = framework.repeated()
        collector = framework.collector(self._most_bytes, keep=self._wanted)
        ran = self._run(self.model, self._inputs, collector.look, None)
        self._steps.append(Recorded.of(self.model, framework, ran, collector, self._step))
        while len(self._steps) > 2 and self._is_large():
            self._steps = self._steps[::2]
            self._every *= 2

    def _wanted(self, place: Place) -> bool:
        """A gate stays one, even if at some step its values do not tell."""
        if self._everything or place.name in self._gates:
            return True
        if place.gate is None:
            return False
        self._gates.add(place.name)
        return True

    def _is_large(self) -> bool:
        return len(self._steps) > _MOST_STEPS or sum(step.nbytes for step in self._steps) > 0.9 * self._most_bytes

    def _write(self) -> None:
        if self._steps and self._written != self.steps:
            self._written = self.steps
            write(self.path, self._steps, most_bytes=self._most_bytes)
