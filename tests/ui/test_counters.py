"""The counts, and what Prometheus reads."""

import socket
import threading
import urllib.request

from prometheus_client import CollectorRegistry, generate_latest

from ui import counters
from ui.hosting import metrics


def read() -> str:
    registry = CollectorRegistry()
    registry.register(metrics.Mergescope())
    return generate_latest(registry).decode()


def test_a_run_is_counted_once_and_timed():
    before = counters.counts("runs").get("A page", 0)
    counters.begin("A page")
    counters.end()
    counters.end()  # nothing has begun: nothing is counted
    assert counters.counts("runs")["A page"] == before + 1
    assert 0 <= counters.seconds()["A page"] < 5
    text = read()
    assert 'mergescope_runs_begun_total{page="A page"}' in text
    assert 'mergescope_run_seconds_bucket{le="+Inf",page="A page"}' in text


def test_runs_of_two_threads_do_not_mix():
    """Streamlit gives each run a thread of its own."""
    counters.begin("Outer")
    other = threading.Thread(target=lambda: (counters.begin("Inner"), counters.end()))
    other.start()
    other.join()
    before = counters.counts("runs").get("Outer", 0)
    counters.end()
    assert counters.counts("runs")["Outer"] == before + 1


def test_the_bars_of_the_histogram_grow():
    """Each holds all that the one before it holds."""
    for _ in range(3):
        counters.begin("Bars")
        counters.end()
    bars = [counters.counts(f"run within {step}").get("Bars", 0) for step in counters.STEPS]
    assert bars == sorted(bars)
    assert bars[-1] <= counters.counts("runs")["Bars"]


def test_refusals_and_merges_by_label():
    counters.merged("Dot")
    counters.refused("limit")
    counters.verdict_shown("same")
    text = read()
    for family in ('merges_total{operation="Dot"}', 'refusals_total{reason="limit"}', 'verdicts_total{status="same"}'):
        assert f"mergescope_{family}" in text


def test_a_port_that_is_taken_ends_nothing(caplog):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        metrics.serve("127.0.0.1", taken.getsockname()[1])
    assert "No metrics" in caplog.text


def test_the_port_answers():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    metrics.serve("127.0.0.1", port)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        assert b"process_resident_memory_bytes" in answer.read()
