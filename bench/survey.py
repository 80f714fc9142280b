"""Surveys: processor time beside `model.predict`, the start, memory, the page; images per second: `survey_rates`."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from bench import survey_rates
from bench.timing import Row

_ROOT = Path(__file__).parents[1]
_IMAGES, _BATCH, _ROUNDS = 64, 16, 5
_FEW, _MANY = 1_000, 20_000  # images of made-up results, for memory
_RANKED = 10_000  # of the page
_STARTS = 2


def measure() -> list[Row]:
    """All rows; about ten minutes on two quiet cores."""
    figures = dict(line.split() for line in _script("processor").splitlines())
    ours, predict = (float(figures[name]) for name in ("survey", "predict"))
    start, bare = _start()
    few, many = (float(_script("memory", count)) for count in (_FEW, _MANY))
    first, again = (float(part) for part in _script("page").split())
    engine = float(_script("engine"))
    return [
        Row("survey: processor time", ours, predict, "model.predict", "at most 1.10 times", ours <= 1.10 * predict),
        Row("survey: start, processor time", start, bare, "TensorFlow, model, predict", "2 times", start <= 2 * bare),
        *survey_rates.measure(),
        Row("survey: memory of merging 20,000", many, few, "1,000", "50 MB more", many - few <= 50, "MB"),
        Row("survey: Dask around shards of a second", engine, 1.0, "the shards", "at most 1.05", engine <= 1.05, "s"),
        Row("survey: first 10,000 ranked images", first, 1.0, "1 s", "no longer", first <= 1.0),
        Row("survey: another order of 10,000", again, 0.1, "0.1 s", "no longer", again <= 0.1),
    ]  # fmt: skip


def _start() -> tuple[float, float]:
    """Seconds of processor time of the command for one image, and of what any use of the model takes; in turn."""
    bare = (
        "import keras, numpy; model = keras.saving.load_model('assets/attention_unet.keras', compile=False); "
        f"model.predict(numpy.zeros(({_BATCH}, 160, 160, 1), 'f4'), batch_size={_BATCH}, verbose=0)"
    )
    ours, theirs = [], []
    for _ in range(_STARTS):
        with tempfile.TemporaryDirectory() as folder:
            command = ["-m", "survey", "assets/attention_unet.keras", "seeds:8000000-8000000", "--workers", "1"]
            ours.append(_processor_seconds([*command, "--out", folder]))
        theirs.append(_processor_seconds(["-c", bare]))
    return min(ours), min(theirs)


def _processor_seconds(arguments: list[str]) -> float:
    """Of a Python process and all that it has started."""
    begun = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], cwd=_ROOT, check=True, capture_output=True)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime - begun.ru_utime - begun.ru_stime


def _script(part: str, *arguments: int) -> str:
    """What a process of its own prints for one part; with one thread, as a child of a survey has."""
    threads = dict.fromkeys(("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"), "1")
    command = [sys.executable, "-m", "bench.survey", part, *map(str, arguments)]
    environment = {**os.environ, **threads, "TF_CPP_MIN_LOG_LEVEL": "3"}
    found = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True, env=environment)
    return found.stdout.strip().splitlines()[-1] if part != "processor" else found.stdout.strip()


def _processor() -> None:
    """Seconds of processor time per image: the graph of a survey, and `model.predict`."""
    import keras  # noqa: PLC0415  # this process alone needs it

    from network.phantoms import phantoms  # noqa: PLC0415

    model = keras.saving.load_model(_ROOT / "assets" / "attention_unet.keras", compile=False)
    images, _, _ = phantoms(range(8_000_000, 8_000_000 + _IMAGES))
    calls = {
        "survey": _survey_graph(model, images),
        "predict": lambda: model.predict(images, batch_size=_BATCH, verbose=0),
    }
    for name, best in _best(calls).items():
        print(name, best / _IMAGES)


def _survey_graph(model: Any, images: Any) -> Callable[[], object]:
    """Measures all gates of the network on the images, as the child of a survey does."""
    import numpy as np  # noqa: PLC0415

    from sandbox.model_file.file import read_model  # noqa: PLC0415
    from sandbox.model_run.gate_graph import GateGraph, find_gates  # noqa: PLC0415

    file = read_model((_ROOT / "assets" / "attention_unet.keras").read_bytes())
    gates, _, _ = find_gates(file, model, [images[:_BATCH]], {})
    graph = GateGraph(file, model, gates, None)
    valid, masks = np.ones(_BATCH, bool), np.zeros((_BATCH, 0, 0), np.float32)
    parts = [images[at : at + _BATCH] for at in range(0, _IMAGES, _BATCH)]
    return lambda: [graph.run([part], valid, masks) for part in parts]


def _best(calls: dict[str, Callable[[], object]]) -> dict[str, float]:
    """The least processor time of each, called in turn; the first call warms up."""
    from time import process_time  # noqa: PLC0415

    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(_ROUNDS + 1):
        for name, call in calls.items():
            begun = process_time()
            call()
            times[name].append(process_time() - begun)
    return {name: min(found[1:]) for name, found in times.items()}


def _memory(count: int) -> None:
    """The most memory of a process that merges made-up results of so many images [MB]."""
    with tempfile.TemporaryDirectory() as folder:
        _made_up(Path(folder), count)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)


def _page() -> None:
    """Seconds from a folder of 10,000 images to its ranked strip, and to another order of it."""
    from survey.results import open_results  # noqa: PLC0415
    from ui.survey.controls import Choice, chosen_rows  # noqa: PLC0415
    from ui.survey.strip import payload  # noqa: PLC0415
    from ui.text import speaking  # noqa: PLC0415

    def shown(by: str) -> None:
        choice = Choice(0, by, descending=True, verdict="all", text="")
        payload(results, choice, chosen_rows(results, choice)[:48])

    with tempfile.TemporaryDirectory() as folder, speaking("en"):
        _made_up(Path(folder), _RANKED)
        begun = perf_counter()
        results = open_results(Path(folder))
        shown("oddness")
        first, times = perf_counter() - begun, []
        for by in ("mean", "std", "closed", "open", "entropy", "energy"):
            begun = perf_counter()
            shown(by)
            times.append(perf_counter() - begun)
    print(first, median(times))


def _made_up(folder: Path, count: int) -> None:
    """Stored results of so many images at four gates, merged."""
    import numpy as np  # noqa: PLC0415

    from sandbox.model_run.gate_figures import GateSpec  # noqa: PLC0415
    from survey.measure import Measured  # noqa: PLC0415
    from survey.plan import Options, Plan  # noqa: PLC0415
    from survey.store import Store, shard_files  # noqa: PLC0415
    from tests.survey.made import gate_images  # noqa: PLC0415

    gates = tuple(GateSpec(f"gate{at}", 1, 0, "Multiply", (160, 160, 1), (160, 160, 7)) for at in range(4))
    plan = Plan("m", "a", "b", count, Options(("made up",)), ((160, 160, 1),), gates)
    store = Store(folder)
    store.begin(plan)
    for shard in range(plan.shards):
        numbers = plan.numbers(shard)
        found, _ = gate_images(shard, len(numbers))
        maps = np.random.default_rng(shard).integers(0, 256, (len(numbers), 32, 32), np.uint8)
        none = np.zeros(len(numbers))
        made = Measured(
            numbers, ("",) * len(numbers), none, none > 0, (found,) * 4, (maps,) * 4, (none,) * 4
        )  # fmt: skip
        store.write_shard(shard, shard_files(plan, made, [f"image {number}" for number in numbers]))
    store.finish(plan, 0.0)


def _engine() -> None:
    """Dask around 20 tasks of a second, compared with their own time."""
    from time import sleep  # noqa: PLC0415

    from distributed import Client, as_completed  # noqa: PLC0415

    with Client(processes=False, n_workers=1, threads_per_worker=1, dashboard_address="127.0.0.1:0") as client:
        begun = perf_counter()
        for _ in as_completed([client.submit(sleep, 1, pure=False) for _ in range(20)], loop=client.loop):
            pass
        print((perf_counter() - begun) / 20)


_PARTS: dict[str, Callable[..., None]] = {
    "processor": _processor, "memory": _memory, "page": _page, "engine": _engine,
}  # fmt: skip

if __name__ == "__main__":
    _PARTS[sys.argv[1]](*map(int, sys.argv[2:]))
