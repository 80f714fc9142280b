"""The notebook package: what `record` adds to a forward pass, and `GateRecorder(every=50)` to a training."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from time import process_time

import numpy as np

from bench.timing import Row

_ROOT = Path(__file__).parents[1]
_STEPS = 100  # of one training; the recorder records before the first, at 50 and at 100
_WARM = 4  # steps of the training that warms up: TensorFlow traces the step, which takes as long as 25 of them


def measure() -> list[Row]:
    """Processor time on the shipped network, each pair in turn in this process."""
    import keras  # noqa: PLC0415  # only measures need it

    import mergescope  # noqa: PLC0415

    model = keras.saving.load_model(_ROOT / "assets" / "attention_unet.keras", compile=False)
    x = np.random.default_rng(5).random((_STEPS // 2, 160, 160, 1), dtype="float32")
    with tempfile.TemporaryDirectory() as folder:
        run, film = Path(folder) / "run.msr.npz", Path(folder) / "train.msr.npz"

        def record() -> None:
            mergescope.record(model, x[:1], run)

        def call() -> None:
            model(x[:1], training=False)

        record()
        call()
        recorded, passed = _in_turn(record, call, 9)
        model.compile("sgd", "mse")

        def fit(*callbacks: object, samples: int = len(x)) -> None:
            model.fit(x[:samples], x[:samples], batch_size=1, epochs=2, verbose=0, callbacks=list(callbacks))

        def watch(samples: int = len(x)) -> None:
            fit(mergescope.GateRecorder(film, x[:1], every=50), samples=samples)

        fit(samples=_WARM // 2)
        watch(samples=_WARM // 2)
        watched, plain = _in_turn(watch, fit, 2)
    return [
        Row("record", recorded, passed, "a forward pass", "at most 1.5 times", recorded <= 1.5 * passed),
        Row("GateRecorder(every=50)", watched, plain, "fit without it", "at most 1.05 times", watched <= 1.05 * plain),
    ]


def _in_turn(ours: Callable[[], object], theirs: Callable[[], object], times: int) -> tuple[float, float]:
    """The least processor time of each, called in turn; both have been called before."""
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(times):
        for kept, call in zip(found, (ours, theirs), strict=True):
            begun = process_time()
            call()
            kept.append(process_time() - begun)
    return min(found[0]), min(found[1])
