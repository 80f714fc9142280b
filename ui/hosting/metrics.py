"""The counts of `ui/counters.py` and of the sandboxes in the format of Prometheus, on a separate port.

A path of the app would be open to every visitor where there is no proxy; a port that is not published is not.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, ProcessCollector, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from sandbox.processes.process import all_statistics
from sandbox.processes.statistics import Statistics
from ui import counters, streamlit_internals

_Family = CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily
_log = logging.getLogger(__name__)

_COUNTS = {  # family of `ui/counters.py`: (name, label, what it counts)
    "begun": ("runs_begun", "page", "Runs of a page that have begun."),
    "merges": ("merges", "operation", "Merges that were computed and shown."),
    "refusals": ("refusals", "reason", "What was rejected, with a sentence on screen."),
    "verdicts": ("verdicts", "status", "Comparisons with the real Keras that were shown."),
}
_SANDBOX_COUNTS: dict[str, tuple[str, Callable[[Statistics], float]]] = {
    "starts": ("Children that were started; all but the first are restarts.", lambda one: one.starts),
    "answers": ("Calls that were answered.", lambda one: one.answered),
    "seconds": ("Seconds in which calls were answered.", lambda one: one.seconds),
}
_SANDBOX_STATES: dict[str, tuple[str, Callable[[Statistics], float]]] = {
    "ready": ("Whether the child accepts calls.", lambda one: one.ready),
    "waiting": ("Calls in the queue.", lambda one: one.waiting),
    "working": ("Calls that are being answered.", lambda one: one.working),
}


class Mergescope(Collector):
    """Reads the counts when they are requested; nothing is done in between."""

    def collect(self) -> Iterator[_Family]:
        """Every family, with its present values."""
        yield GaugeMetricFamily("mergescope_sessions", "Browser tabs that are connected.", counters.sessions())
        held = sum(streamlit_internals.upload_bytes().values())
        yield GaugeMetricFamily("mergescope_upload_bytes", "Bytes of uploaded files in memory.", held)
        yield _runs()
        for family, (name, label, text) in _COUNTS.items():
            counter = CounterMetricFamily(f"mergescope_{name}", text, labels=[label])
            for value, count in sorted(counters.counts(family).items()):
                counter.add_metric([value], count)
            yield counter
        yield from _sandboxes(all_statistics())


def _runs() -> HistogramMetricFamily:
    """Duration of the runs, without the time in which Streamlit sends what they drew."""
    family = HistogramMetricFamily("mergescope_run_seconds", "Seconds that a run of a page took.", labels=["page"])
    within = {step: counters.counts(f"run within {step}") for step in counters.STEPS}
    for page, total in sorted(counters.seconds().items()):
        bars = [(str(step), float(within[step].get(page, 0))) for step in counters.STEPS]
        family.add_metric([page], [*bars, ("+Inf", float(counters.counts("runs")[page]))], total)
    return family


def _sandboxes(statistics: list[Statistics]) -> Iterator[_Family]:
    for name, (text, read) in _SANDBOX_COUNTS.items():
        counter = CounterMetricFamily(f"mergescope_sandbox_{name}", text, labels=["sandbox"])
        for one in statistics:
            counter.add_metric([one.module], read(one))
        yield counter
    for name, (text, read) in _SANDBOX_STATES.items():
        gauge = GaugeMetricFamily(f"mergescope_sandbox_{name}", text, labels=["sandbox"])
        for one in statistics:
            gauge.add_metric([one.module], read(one))
        yield gauge
    failures = CounterMetricFamily("mergescope_sandbox_failures", "Calls that failed.", labels=["sandbox", "kind"])
    for one in statistics:
        for kind, count in sorted(one.failures.items()):
            failures.add_metric([one.module, kind], count)
    yield failures


def serve(address: str, port: int) -> None:
    """Answer on a separate port, from a separate thread. A port that is in use is logged, and the server goes on."""
    registry = CollectorRegistry()
    registry.register(Mergescope())
    ProcessCollector(registry=registry)  # memory, processor time, open files
    try:
        start_http_server(port, address, registry)
    except OSError as error:
        _log.error("No metrics on port %d of %s: %s", port, address, error.strerror)
