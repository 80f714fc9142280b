"""Runs the shards of a survey with Dask, on this machine or on a cluster. The only file that knows Dask.

A shard is one task. Its result is the content of two files, which this process writes; a worker writes nothing, so a
task that runs twice does no harm. Each thread of a worker drives one fenced child process with the model.
"""

from __future__ import annotations

import importlib
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from core import settings
from core.errors import invalid_request
from survey.measure import ModelProcess, measure_shard
from survey.plan import Plan, read_plan
from survey.prepare import open_plan_source, read_survey_model
from survey.source import Source
from survey.store import ShardFiles, Store, shard_files

_IN_FLIGHT = 2  # shards for each thread of a worker: one runs, one waits
_SECONDS_TO_CONNECT = 30
_SECONDS_MORE = 5  # Dask itself gives up first, and knows the reason
_QUIET = {  # what Dask does besides for a cluster takes 7 % of a core: it samples its own threads 100 times a second
    "distributed.admin.system-monitor.gil.enabled": False,
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.admin.tick.interval": "1s",
    "distributed.scheduler.active-memory-manager.start": False,
    "distributed.scheduler.work-stealing": False,
    "distributed.worker.profile.enabled": False,
}
_LOOPBACK = "127.0.0.1:0"  # with None, Dask serves its state at all addresses of the machine


def scheduler_address(asked: str | None) -> str | None:
    """The address of the cluster: as asked for, else MERGESCOPE_DASK; None for this machine alone.

    Raises:
        MergeError: on a public server, since a scheduler runs any code that it is sent.
    """
    address = asked or settings.word("DASK") or None
    if address and settings.word("SURVEYS") == "off":
        raise invalid_request(
            "A public server does not connect to a Dask scheduler, which would run any code that it is sent."
        )
    return address


def require_dask() -> None:
    """Import Dask, which takes a second.

    Raises:
        MergeError: it is not installed.
    """
    try:
        importlib.import_module("distributed")
    except ImportError:
        raise invalid_request(
            "A survey needs Dask, which is not installed: pip install -r requirements-survey.txt"
        ) from None


def run_shards(
    store: Store,
    plan: Plan,
    *,
    scheduler: str | None,
    workers: int,
    on_shard: Callable[[int], None],
    held: Held | None = None,
) -> None:
    """Measure every shard that is not stored yet, and store it.

    Args:
        store: of the survey.
        plan: that is carried out.
        scheduler: address of a Dask scheduler; None to run here.
        workers: threads, each with a child process; on a cluster its workers count.
        on_shard: called with the number of images of each shard that was stored.
        held: what this process has opened and started already for the workers here; they close it.

    Raises:
        MergeError: Dask is not installed, a file cannot be written, the model or the images have changed, the cluster
            cannot be reached.
        SandboxError: no child can be started.
        KeyboardInterrupt: the person stops it; what is stored stays.
    """
    stored = set(store.done(plan))
    missing = iter([shard for shard in range(plan.shards) if shard not in stored])
    if held is not None and scheduler is None:
        with _MAKING:
            _JOBS[plan.as_text()] = _Job(plan, held.source, held.processes)
    try:
        with _client(scheduler, workers) as client:
            _submit_all(client, store, plan, missing, on_shard)
    finally:
        close_models()


def _submit_all(client: Any, store: Store, plan: Plan, missing: Iterator[int], on_shard: Callable[[int], None]) -> None:
    from distributed import as_completed  # noqa: PLC0415  # so that everything else works without Dask

    text, running = plan.as_text(), as_completed(loop=client.loop)
    shards: dict[str, int] = {}

    def submit() -> None:
        while len(shards) < _IN_FLIGHT * max(1, sum(client.nthreads().values())):
            shard = next(missing, None)
            if shard is None:
                return
            future = client.submit(run_shard, text, shard, pure=False, key=f"shard-{plan.id[:16]}-{shard}")
            shards[future.key] = shard
            running.add(future)

    submit()
    try:
        for future in running:
            shard = shards.pop(future.key)
            store.write_shard(shard, future.result())
            future.release()
            on_shard(len(plan.numbers(shard)))
            submit()
    finally:
        with suppress(Exception):  # the cluster may be gone
            client.cancel(list(running.futures))
        with suppress(Exception):
            client.run(close_models)


@contextmanager
def _client(scheduler: str | None, workers: int) -> Iterator[Any]:
    require_dask()
    import dask  # noqa: PLC0415  # likewise
    from distributed import Client  # noqa: PLC0415  # likewise

    if scheduler is not None:
        client = _connected(scheduler)
    else:
        with dask.config.set(_QUIET):
            client = Client(
                processes=False, n_workers=1, threads_per_worker=workers, memory_limit=0, silence_logs=logging.ERROR,
                dashboard_address=_LOOPBACK, worker_dashboard_address=_LOOPBACK, set_as_default=False,
            )  # fmt: skip
    try:
        yield client
    finally:
        client.close()


def _connected(address: str) -> Any:
    """A client of the scheduler at an address.

    It is made in a thread of its own: where a program listens that is no scheduler, Dask may wait forever.

    Raises:
        MergeError: there is no scheduler.
    """
    from distributed import Client  # noqa: PLC0415  # likewise

    made: Future[Any] = Future()

    def connect() -> None:
        try:
            made.set_result(Client(address, timeout=_SECONDS_TO_CONNECT, set_as_default=False))
        except Exception as error:  # what Dask raises depends on what the other program has sent
            made.set_exception(error)

    threading.Thread(target=connect, name="connect to Dask", daemon=True).start()
    try:
        return made.result(_SECONDS_TO_CONNECT + _SECONDS_MORE)
    except TimeoutError:
        reason = f"no answer within {_SECONDS_TO_CONNECT} seconds"
    except (OSError, ValueError) as error:
        reason = str(error).rstrip(".")[:120] or type(error).__name__
    except Exception:
        reason = "another program answers there"
    raise invalid_request(
        "The Dask scheduler {address} cannot be reached: {reason}.", address=address[:80], reason=reason
    )


def run_shard(plan_text: str, shard: int) -> ShardFiles:
    """The task: measure one shard on a worker.

    Args:
        plan_text: `Plan.as_text`.
        shard: its number.

    Raises:
        MergeError: the model or the images are not there, or not those of the plan.
        SandboxError: no child can be started.
    """
    job = _job(plan_text)
    process = job.take()
    try:
        measured = measure_shard(job.plan, process, job.source, shard)
    except BaseException:
        process.close()
        raise
    job.give_back(process)
    return shard_files(job.plan, measured, [job.source.ids[number] for number in job.plan.numbers(shard)])


@dataclass(frozen=True, eq=False)
class Held:
    """What the command has when the plan is made, so that no worker of this process opens or starts it again.

    Attributes:
        source: the images.
        processes: at least one; the first of them has run the model.
    """

    source: Source
    processes: Sequence[ModelProcess]

    def close(self) -> None:
        """End all processes."""
        for process in self.processes:
            process.close()


class _Job:
    """What a worker process holds of a survey: the images and the child processes, of which each thread takes one."""

    def __init__(self, plan: Plan, source: Source, processes: Sequence[ModelProcess]) -> None:
        self.plan, self.source = plan, source
        self._lock = threading.Lock()
        self._all = [*processes]
        self._idle = [*reversed(processes)]  # the first is taken first

    def take(self) -> ModelProcess:
        with self._lock:
            if self._idle:
                return self._idle.pop()
            process = self._all[0].another()
            self._all.append(process)
            return process

    def give_back(self, process: ModelProcess) -> None:
        with self._lock:
            self._idle.append(process)

    def close(self) -> None:
        with self._lock:
            every: Sequence[ModelProcess] = [*self._all]
            self._idle.clear()
        for process in every:
            process.close()


_MAKING = threading.Lock()


_JOBS: dict[str, _Job] = {}  # by the text of the plan


def _job(plan_text: str) -> _Job:
    with _MAKING:
        if plan_text not in _JOBS:
            _JOBS[plan_text] = _new_job(plan_text)
        return _JOBS[plan_text]


def _new_job(plan_text: str) -> _Job:
    plan = read_plan(plan_text)
    content, model = read_survey_model(Path(plan.model))
    if sha256(content).hexdigest() != plan.model_digest:
        raise invalid_request("The model has changed since the survey was begun.")
    return _Job(plan, open_plan_source(plan), [ModelProcess(content, model)])


def close_models() -> None:
    """End every child process that this process drives, also those that work."""
    while _JOBS:
        _JOBS.popitem()[1].close()
