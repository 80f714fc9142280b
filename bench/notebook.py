"""The notebook package: what `record` adds to a forward pass, and `GateRecorder(every=50)` to a training."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import numpy as np

from bench.timing import Row

_ROOT = Path(__file__).parents[1]
_STEPS = 100  # of one training; the recorder records before the first, at 50 and at 100
_WARM = 4  # steps of the training that warms up: TensorFlow traces the step, which takes as long as 25 of them
_ROUNDS = 5  # trainings with and without the recorder


def measure() -> list[Row]:
    """Processor time on the shipped network, each pair in turn in this process."""
    import keras  # noqa: PLC0415  # only measures need it

    import mergescope  # noqa: PLC0415

    model = keras.saving.load_model(_ROOT / "assets" / "attention_unet.keras", compile=False)
    x = np.random.default_rng(5).random((1, 160, 160, 1), dtype="float32")
    with tempfile.TemporaryDirectory() as folder:

        def record() -> None:
            mergescope.record(model, x, Path(folder) / "run.msr.npz")

        def call() -> None:
            model(x, training=False)

        record()
        call()
        recorded, passed = _in_turn(record, call, 9)
        watched, plain = trainings(model, Path(folder) / "train.msr.npz")
    return [
        Row("record", recorded, passed, "a forward pass", "at most 1.5 times", recorded <= 1.5 * passed),
        Row("GateRecorder(every=50)", watched, plain, "fit without it", "at most 1.05 times", watched <= 1.05 * plain),
    ]


def trainings(model: Any, path: Path, *, every: int = 50, rounds: int = _ROUNDS) -> tuple[float, float]:
    """The processor time of 100 steps of `fit` with the recorder, and without it.

    A training takes seconds, and the load of a machine moves from one to the next by more than what the recorder adds.
    So every step is timed, up to the begin of the next one with all callbacks between them, and is compared with the
    same step of the other trainings: the result is the sum of the medians, and no step is left out. The order changes
    from round to round.
    """
    import mergescope  # noqa: PLC0415  # imports Keras

    model.compile("sgd", "mse")
    x = np.random.default_rng(5).random((_STEPS // 2, 160, 160, 1), dtype="float32")
    step, begun = _timed_step(model)

    def fit(*, recorded: bool, samples: int = len(x)) -> list[float]:
        """The time before the first step, and of every step."""
        callbacks = [mergescope.GateRecorder(path, x[:1], every=every)] if recorded else []
        model.train_function = step
        begun[:] = [process_time()]
        model.fit(x[:samples], x[:samples], batch_size=1, epochs=2, verbose=0, callbacks=callbacks)
        return [float(one) for one in np.diff([*begun, process_time()])]

    found: dict[bool, list[list[float]]] = {True: [], False: []}
    for recorded in found:
        fit(recorded=recorded, samples=_WARM // 2)
    for number in range(rounds):
        for recorded in (number % 2 == 0, number % 2 == 1):
            found[recorded].append(fit(recorded=recorded))
    watched, plain = (sum(median(times) for times in zip(*found[recorded], strict=True)) for recorded in (True, False))
    return watched, plain


def _timed_step(model: Any) -> tuple[Callable[[Any], Any], list[float]]:
    """The compiled step of a model, and a list to which it adds the time when it begins."""
    model.make_train_function()
    step, begun = model.train_function, list[float]()

    def timed(iterator: Any) -> Any:
        begun.append(process_time())
        return step(iterator)

    return timed, begun


def _in_turn(ours: Callable[[], object], theirs: Callable[[], object], times: int) -> tuple[float, float]:
    """The least processor time of each, called in turn; both have been called before."""
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(times):
        for kept, call in zip(found, (ours, theirs), strict=True):
            begun = process_time()
            call()
            kept.append(process_time() - begun)
    return min(found[0]), min(found[1])
