"""The command: `python -m survey MODEL DATA... --out FOLDER`. It prints a table with a line for each gate."""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core import MergeError
from core.errors import invalid_request
from sandbox.model_run.file_inputs import SCALES
from sandbox.processes.errors import SandboxError
from survey import engine, prepare
from survey.measure import ModelProcess
from survey.plan import BATCH, NOT_MEASURED, Options, Plan
from survey.rank import TOP
from survey.results import Results, open_results, table
from survey.source import open_source
from survey.store import Store

_REJECTED, _FAILED, _INTERRUPTED = 2, 1, 130
_ODD_LISTED = 5
_MOST_BATCH = 256


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out or continue a survey and print what the gates do.

    Returns:
        0; 2 if something is rejected before an image was looked at; 1 if the survey had to stop; 130 after Ctrl+C. What
        was measured is kept in each case.
    """
    given = parser().parse_args(arguments)
    store, begun = Store(given.out), time.monotonic()
    code = 0
    try:
        address = engine.scheduler_address(given.scheduler)
        plan, held = _begun(store, given, address)
    except (MergeError, SandboxError) as error:
        print(_one_line(error), file=sys.stderr)
        return _REJECTED
    except KeyboardInterrupt:
        return _INTERRUPTED
    try:
        _measure(store, plan, address, given.workers, held)
    except KeyboardInterrupt:
        print("Stopped; the same command continues.", file=sys.stderr)
        code = _INTERRUPTED
    except (MergeError, SandboxError) as error:
        print(_one_line(error), file=sys.stderr)
        code = _FAILED
    try:
        store.finish(plan, time.monotonic() - begun)
        if store.done(plan):
            _print(open_results(given.out), as_json=given.json)
    except MergeError as error:
        if code != _FAILED:  # else the reason is printed already, such as a full disk
            print(_one_line(error), file=sys.stderr)
        return code or _FAILED
    return code


def parser() -> argparse.ArgumentParser:
    """The arguments of the command."""
    parser = argparse.ArgumentParser(
        prog="python -m survey",
        description="What the gates of a model do over many images. The same command continues a survey.",
    )
    parser.add_argument("model", type=Path, help="a .keras file, or an .h5 file with a whole model")
    parser.add_argument(
        "data", nargs="+", help="folders of images, .npy or .npz stacks, or seeds of the generator: seeds:0-9999"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the results are written")
    parser.add_argument("--masks", metavar="FOLDER", help="masks with the names of the images")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask scheduler, such as tcp://host:8786")
    parser.add_argument("--workers", type=_positive, default=_cores(), metavar="N", help="processes on this machine")
    parser.add_argument("--batch", type=_positive, default=BATCH, metavar="N", help="images at a time")
    parser.add_argument("--limit", type=_positive, metavar="N", help="only the first N images")
    parser.add_argument("--gate", action="append", default=[], metavar="NAME", help="a merge, or NAME:OPERAND")
    parser.add_argument("--scale", choices=tuple(SCALES), default="0..1", help="of pictures")
    parser.add_argument(
        "--size", type=_size, metavar="ROWS,COLUMNS", help="of pictures, where the model leaves it open"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{value} is less than 1")
    return value


def _size(text: str) -> tuple[int, int]:
    rows, columns = text.split(",")
    return _positive(rows), _positive(columns)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begun(store: Store, given: argparse.Namespace, address: str | None) -> tuple[Plan, engine.Held | None]:
    """The plan: that in the folder if it is the same survey, else a new one; and what workers here can use at once.

    The processes of all workers start together, while this one imports Dask.

    Raises:
        MergeError: the model, the images or the folder are rejected, or Dask is not installed.
        SandboxError: the process of the model has ended.
    """
    if given.batch > _MOST_BATCH:
        raise invalid_request("A batch has at most {limit} images.", limit=_MOST_BATCH)
    options = Options(
        data=tuple(_absolute(one) for one in given.data), masks=given.masks and _absolute(given.masks),
        limit=given.limit, batch=given.batch, scale=given.scale, size=given.size, gates=tuple(given.gate),
    )  # fmt: skip
    store.check_folder()
    content, model = prepare.read_survey_model(given.model)
    source = open_source(options.data, options.masks, options.limit)
    plan = prepare.outline(given.model, content, model, source, options)
    new = store.stored_plan() is None
    first = prepare.first_images(plan, model, source) if new else []
    if not new:
        plan = store.begin(plan)
    missing = plan.shards - (0 if new else len(store.done(plan)))
    workers = min(given.workers, missing) if address is None else int(new)
    held = engine.Held(source, [ModelProcess(content, model) for _ in range(workers)])
    try:
        for process in held.processes:
            process.start()
        if workers:
            engine.require_dask()
        if new:
            plan = store.begin(prepare.complete(plan, held.processes[0], source, first))
    except BaseException:
        held.close()
        raise
    if workers and address is None:
        return plan, held
    held.close()
    return plan, None


def _absolute(text: str) -> str:
    """A path that means the same to another process; seeds as they are."""
    return str(Path(text).resolve()) if Path(text).exists() else text


def _measure(store: Store, plan: Plan, scheduler: str | None, workers: int, held: engine.Held | None) -> None:
    """Measure what is missing, with a progress bar on standard error."""
    from rich.console import Console  # noqa: PLC0415  # reading results needs none
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    done = sum(len(plan.numbers(shard)) for shard in store.done(plan))
    if done == plan.count:
        return
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(elapsed_when_finished=True),
    )  # fmt: skip
    begun, first = time.monotonic(), done
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("images", total=plan.count, completed=done, rate="")

        def on_shard(count: int) -> None:
            nonlocal done
            done += count
            rate = (done - first) / max(1e-9, time.monotonic() - begun)
            progress.update(task, completed=done, rate=f"{rate:.1f}/s")

        engine.run_shards(
            store, plan, scheduler=scheduler, workers=min(workers, plan.shards), on_shard=on_shard, held=held
        )  # fmt: skip


def _print(results: Results, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(_as_json(results), indent=1))
        return
    errors = int((results.errors != "").sum())
    lost = int((results.column("answer_not_finite") > 0).sum())
    part = "" if results.complete else f" of {results.plan.count:,} (the same command continues)"
    print(f"{results.count:,} images{part}, {errors:,} with an error, {lost:,} with NaN or infinity in the prediction")
    for line in _lines(results):
        print(line)
    for name, reason in results.plan.left_out:
        print(f"not measured: {_clean(name)}: {NOT_MEASURED.get(reason, reason)[:120]}")


_HEADINGS = {
    "mean": "mean", "closed": "closed", "open": "open", "std": "std", "entropy": "entropy", "energy": "energy",
    "iou": "IoU", "auc": "AUC",
}  # fmt: skip


def _lines(results: Results) -> list[str]:
    """The table: a line for each gate with the means of its figures, its verdicts, and its oddest images."""
    rows = [["gate", *_HEADINGS.values(), "verdicts"]]
    for entry in table(results):
        rows.append([_clean(entry["gate"]), *(_figure(entry[name]) for name in _HEADINGS), _verdicts(entry)])
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    for number, name in enumerate(results.gates):
        odd = results.odd(number)[:_ODD_LISTED]
        distances = results.column(f"g{number}_oddness")
        listed = ", ".join(f"{_clean(str(results.ids[at]))} ({distances[at]:.1f} MAD)" for at in odd)
        lines.append(f"oddest at {_clean(name)}: {listed or 'none'}")
    return lines


def _verdicts(entry: Mapping[str, Any]) -> str:
    shares = sorted(entry["verdicts"].items(), key=lambda pair: -pair[1])
    return ", ".join(f"{kind} {100 * share:.1f} %" for kind, share in shares if share > 0) or "none"


def _figure(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"


def _clean(name: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in name[:120])


def _as_json(results: Results) -> dict[str, Any]:
    """The table as an object for programs; NaN and infinity become null."""
    odd = {
        name: [
            {"id": str(results.ids[at]), "oddness": _number(results.column(f"g{number}_oddness")[at])}
            for at in results.odd(number)[:TOP]
        ]
        for number, name in enumerate(results.gates)
    }
    failed = [at for at, text in enumerate(results.errors) if text]
    return {
        "images": results.count,
        "of": results.plan.count,
        "complete": results.complete,
        "errors": [{"id": str(results.ids[at]), "error": str(results.errors[at])} for at in failed[:TOP]],
        "error_count": len(failed),
        "answers_not_finite": int((results.column("answer_not_finite") > 0).sum()),
        "gates": [{name: _number(value) for name, value in entry.items()} for entry in table(results)],
        "not_measured": [
            {"id": name, "reason": NOT_MEASURED.get(reason, reason)} for name, reason in results.plan.left_out
        ],
        "odd": odd,
    }


def _number(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value.item() if hasattr(value, "item") else value


def _one_line(error: MergeError | SandboxError) -> str:
    if isinstance(error, SandboxError):
        reasons = {
            "timeout": "The model took too long and was stopped.",
            "memory": "The model ran out of memory and was stopped.",
            "died": "The process of the model ended unexpectedly, perhaps for lack of memory.",
        }
        return reasons.get(error.kind, f"The model could not be run ({error.kind}).")
    return " ".join("".join(sign if sign.isprintable() else " " for sign in str(error.keras_message)).split())
