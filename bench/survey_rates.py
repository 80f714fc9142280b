"""Images per second of a survey by one worker and by two, beside a loop over single images, as people write it.

What is compared: one survey of 5,000 generated slices, stopped and continued, so that portions by one worker on one
core and portions by two on two cores take turns with the loop on one core. The slices are PNG files, as pictures of
users are; both sides read them, the survey their masks, too. The loop gives a model with the tensors of the gates as
outputs one image after the other and takes figures of them in NumPy; like the process of a survey it has the lower
priority, and one thread on one core. A portion counts from one stored shard to another, so the start is left out; its
part of the merging at the end is counted.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import IO, Any, cast

from bench.timing import Row

_ROOT = Path(__file__).parents[1]
_FIRST, _COUNT = 8_000_000, 5_000  # slices that the network has not seen
_ROUNDS, _LOOPED = 3, 48
# By workers: shards of a portion, and those of them that are not counted. Two workers end two shards at about the same
# time, so an even number is counted.
_PORTIONS = {1: (9, 1), 2: (16, 4)}


@dataclass(frozen=True)
class _Rate:
    """Seconds of one image: on the clock, and of the processor in all processes."""

    wall: float
    processor: float


def measure() -> list[Row]:
    """Images per second on the clock, and the processor time of the command, each in the round of the median ratio."""
    rounds: list[tuple[_Rate, _Rate, _Rate]] = []
    with tempfile.TemporaryDirectory() as folder:
        _run("pictures", folder)
        with _loop(folder) as loop:
            for _ in range(_ROUNDS):
                rounds.append((loop(), _portion(folder, 1), _portion(folder, 2)))
                print(*rounds[-1], file=sys.stderr, flush=True)
        _run("whole", folder)
    loop_one = _middle([(1 / one.wall, 1 / loop.wall) for loop, one, _ in rounds])
    loop_two = _middle([(1 / two.wall, 1 / loop.wall) for loop, _, two in rounds])
    one_two = _middle([(1 / two.wall, 1 / one.wall) for _, one, two in rounds])
    ours, theirs = _middle([(one.processor, loop.processor) for loop, one, _ in rounds])
    return [
        _row("images per second, one core", loop_one, "the loop on one core", 3),
        _row("images per second, two cores", loop_two, "the loop on one core", 5),
        _row("two workers", one_two, "one worker", 1.8),
        Row("survey: processor time, all processes", ours, theirs, "the loop", "a third", 3 * ours <= theirs),
    ]


def _row(name: str, pair: tuple[float, float], against: str, least: float) -> Row:
    return Row(f"survey: {name}", *pair, against, f"at least {least:g} times", pair[0] >= least * pair[1], "/s")


def _middle(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    """The pair with the median ratio."""
    return sorted(pairs, key=lambda pair: pair[0] / pair[1])[len(pairs) // 2]


def _run(part: str, *arguments: object) -> str:
    command = [sys.executable, "-m", "bench.survey_rates", part, *map(str, arguments)]
    return subprocess.run(command, cwd=_ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def _portion(folder: str, workers: int) -> _Rate:
    return _Rate(*map(float, _run("portion", folder, workers).split()[-2:]))


@contextmanager
def _loop(folder: str) -> Iterator[Callable[[], _Rate]]:
    """A process with the loop; each call runs it over the next images."""
    command = [sys.executable, "-m", "bench.survey_rates", "loop", folder]
    with subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        given, printed = cast(IO[str], process.stdin), cast(IO[str], process.stdout)

        def run() -> _Rate:
            given.write("\n")
            given.flush()
            return _Rate(*map(float, printed.readline().split()))

        run()  # traces the model
        yield run
        given.close()


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
    """For each line of the standard input: look at some images, print the seconds of one."""
    _on_cores(1)
    os.nice(5)
    look, files = _plain_loop(), iter(sorted((Path(folder) / "images").iterdir()))
    for _ in sys.stdin:
        begun = perf_counter(), process_time()
        for _, file in zip(range(_LOOPED), files, strict=False):
            look(file)
        print((perf_counter() - begun[0]) / _LOOPED, (process_time() - begun[1]) / _LOOPED, flush=True)


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


def _portion_here(folder: str, workers: str) -> None:
    """Continue the survey in a folder, stop it after some shards, and print the seconds of one image."""
    from survey.plan import SHARD, Plan  # noqa: PLC0415
    from survey.store import ShardFiles, Store  # noqa: PLC0415

    _on_cores(int(workers))
    shards, uncounted = _PORTIONS[int(workers)]
    marks: list[tuple[float, float]] = []
    merging: list[float] = []
    write, finish = Store.write_shard, Store.finish

    def write_shard(store: Store, shard: int, files: ShardFiles) -> None:
        write(store, shard, files)
        marks.append((perf_counter(), _processor()))
        if len(marks) == shards:
            raise KeyboardInterrupt

    def timed_finish(store: Store, plan: Plan, seconds: float) -> None:
        begun = process_time()
        finish(store, plan, seconds)
        merging.append((process_time() - begun) / (SHARD * len(store.done(plan))))

    Store.write_shard = write_shard  # type: ignore[assignment, method-assign]
    Store.finish = timed_finish  # type: ignore[assignment, method-assign]
    _survey(folder, workers)
    images = SHARD * (shards - uncounted)
    for first, last in zip(marks[uncounted - 1], marks[-1], strict=True):
        print((last - first) / images + merging[0])


def _whole_here(folder: str) -> None:
    """What is left of the survey."""
    if _survey(folder, "2") != 0:
        raise SystemExit("The survey did not end.")


def _survey(folder: str, workers: str) -> int:
    from survey.command import main  # noqa: PLC0415

    data = [f"{folder}/images", "--masks", f"{folder}/masks"]
    return main(["assets/attention_unet.keras", *data, "--out", f"{folder}/out", "--workers", workers])


def _processor() -> float:
    """Seconds of processor time of this process and those that it drives."""
    import psutil  # type: ignore[import-untyped]  # noqa: PLC0415  # ships no types

    own = psutil.Process()
    return sum(sum(one.cpu_times()[:2]) for one in (own, *own.children(recursive=True)))


def _on_cores(count: int) -> None:
    """Let this process, and those that it starts, run on so many cores; TensorFlow takes as many threads."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:count])


_PARTS: dict[str, Callable[..., None]] = {
    "pictures": _pictures_here, "loop": _loop_here, "portion": _portion_here, "whole": _whole_here,
}  # fmt: skip

if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command does; NumPy is not imported yet
    _PARTS[sys.argv[1]](*sys.argv[2:])
