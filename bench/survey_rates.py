"""Images per second of a survey by one worker and by two, beside a loop over single images, as people write it.

Three processes take turns of some seconds: a survey of 5,000 generated slices by one worker on one core, the same
survey by two workers on two cores, and the loop on one core. Each is suspended, with the processes that it drives,
while it is not its turn, and goes on where it was. So the start is left out, nothing is lost at the edges of a turn,
and a minute in which the machine is slow slows all three. A rate is the images of all turns in the time of all turns.

The slices are PNG files, as pictures of users are; both sides read them, the survey their masks, too. The loop gives a
model with the tensors of the gates as outputs one image after the other and takes figures of them in NumPy; like the
process of a survey it has the lower priority, and one thread on one core. At the end the survey by two workers is
finished; its merging counts for both surveys.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from time import process_time
from typing import Any

from bench.timing import Row
from bench.turns import print_done, print_figure, side

_ROOT = Path(__file__).parents[1]
_FIRST, _COUNT = 8_000_000, 5_000  # slices that the network has not seen
_ROUNDS, _SECONDS = 12, 8.0  # of turns, and of one turn
_MOST = 0.75 * _COUNT  # images by two workers, after which there is no other round


def measure() -> list[Row]:
    """Images per second on the clock, and processor time of an image, over all turns."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        _run("pictures", folder)
        loop, one, two = (
            running.enter_context(side(_command(*part, folder), warm_up, _ROOT))
            for part, warm_up in ((("loop",), 2), (("survey", "1"), 128), (("survey", "2"), 256))
        )
        for turn in range(_ROUNDS):
            if two.done > _MOST:
                break
            for each in (loop, one, two)[:: -1 if turn % 2 else 1]:
                each.take_turn(_SECONDS)
            print(*(each.rate() for each in (loop, one, two)), file=sys.stderr, flush=True)
        merging = two.finish()["merging"]
    by_loop, by_one, by_two = (
        1 / time for time in (loop.rate().wall, one.rate().wall + merging, two.rate().wall + merging)
    )
    ours, theirs = one.rate().processor + merging, loop.rate().processor
    return [
        _row("images per second, one core", by_one, by_loop, "the loop on one core", 3),
        _row("images per second, two cores", by_two, by_loop, "the loop on one core", 5),
        _row("two workers", by_two, by_one, "one worker", 1.8),
        Row("survey: processor time, all processes", ours, theirs, "the loop", "a third", 3 * ours <= theirs),
    ]


def _row(name: str, ours: float, theirs: float, against: str, least: float) -> Row:
    return Row(f"survey: {name}", ours, theirs, against, f"at least {least:g} times", ours >= least * theirs, "/s")


def _run(part: str, *arguments: object) -> None:
    subprocess.run(_command(part, *arguments), cwd=_ROOT, check=True)


def _command(part: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", "bench.survey_rates", part, *map(str, arguments)]


def _pictures_here(folder: str) -> None:
    """Write the slices and their masks as PNG files."""
    from PIL import Image  # noqa: PLC0415

    from network.phantoms import phantom  # noqa: PLC0415

    for name in ("images", "masks"):
        (Path(folder) / name).mkdir()
    for seed in range(_FIRST, _FIRST + _COUNT):
        made = phantom(seed)
        for name, values in (("images", made.image), ("masks", made.target)):
            Image.fromarray((255 * values[..., 0]).round().astype("u1")).save(Path(folder) / name / f"{seed}.png")


def _loop_here(folder: str) -> None:
    """Look at one image after the other, and print each."""
    _on_cores(1)
    os.nice(5)
    look, files = _plain_loop(), sorted((Path(folder) / "images").iterdir())
    for file in files:
        look(file)
        print_done(1)


def _plain_loop() -> Callable[[Path], object]:
    """Gives one picture to a model with the tensors of the gates as outputs, and takes their figures in NumPy."""
    import keras  # noqa: PLC0415  # this process alone needs it
    import numpy as np  # noqa: PLC0415
    from PIL import Image  # noqa: PLC0415

    from core.gates.health import gate_health  # noqa: PLC0415
    from network.attention_unet import GRIDS  # noqa: PLC0415

    model = keras.saving.load_model(_ROOT / "assets" / "attention_unet.keras", compile=False)
    layers = [model.get_layer(f"gate{grid}_gated") for grid in GRIDS]
    tensors = [tensor for layer in layers for tensor in (*layer.input, layer.output)]
    probe = keras.Model(model.input, [model.output, *tensors])

    def figures(part: Any) -> object:
        return part.mean(axis=(0, 1, 2)), part.var(axis=(0, 1, 2)), (part == 0).sum(), np.square(part).sum()

    def look(file: Path) -> None:
        pixels = np.asarray(Image.open(file), np.float32) / 255
        _, *found = probe.predict(pixels[None, ..., None], verbose=0)
        for x, alpha, y in zip(found[::3], found[1::3], found[2::3], strict=True):
            gate_health(alpha)
            figures(x), figures(y)

    return look


def _survey_here(workers: str, folder: str) -> None:
    """A survey of all images; print each batch when it is measured, and the time of merging at the end."""
    from survey.command import main  # noqa: PLC0415
    from survey.measure import ModelProcess  # noqa: PLC0415
    from survey.store import Store  # noqa: PLC0415

    _on_cores(int(workers))
    measured, finish = ModelProcess.measured, Store.finish

    def printed_measured(process: ModelProcess, future: Any) -> Any:
        found = measured(process, future)
        print_done(len(found["lost"]))
        return found

    def timed_finish(store: Store, plan: Any, seconds: float) -> None:
        begun = process_time()
        finish(store, plan, seconds)
        print_figure("merging", (process_time() - begun) / _COUNT)

    ModelProcess.measured = printed_measured  # type: ignore[assignment, method-assign]
    Store.finish = timed_finish  # type: ignore[assignment, method-assign]
    data = [f"{folder}/images", "--masks", f"{folder}/masks"]
    out = f"{folder}/by {workers}"
    raise SystemExit(main(["assets/attention_unet.keras", *data, "--out", out, "--workers", workers]))


def _on_cores(count: int) -> None:
    """Let this process, and those that it starts, run on so many cores; TensorFlow takes as many threads."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:count])


_PARTS: dict[str, Callable[..., None]] = {"pictures": _pictures_here, "loop": _loop_here, "survey": _survey_here}

if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command does; NumPy is not imported yet
    _PARTS[sys.argv[1]](*sys.argv[2:])
