"""What the hosted server does when it starts."""

from importlib import import_module

from tests.asynchronous import run_async

lifespan = import_module("ui.hosting.lifespan")  # the package has a function of that name


def test_the_memory_of_the_server_is_closed_before_it_serves(monkeypatch):
    """`hide_memory` itself is tested in tests/sandbox/processes/test_fence.py; here, that the server calls it."""
    done = []
    monkeypatch.setenv("MERGESCOPE_METRICS_PORT", "0")
    monkeypatch.setenv("MERGESCOPE_LOG", "")
    monkeypatch.setattr(lifespan, "hide_memory", lambda: done.append("memory"))
    monkeypatch.setattr(lifespan.garbage, "configure_memory", lambda: None)
    monkeypatch.setattr(lifespan.keras_check, "wake", lambda: done.append("keras"))
    for name in ("draw_page_for_unknown_fragments", "replace_forged_values"):  # for the whole process
        monkeypatch.setattr(lifespan.streamlit_internals, name, lambda *_, name=name: done.append(name))

    async def start():
        async with lifespan.lifespan(None):
            done.append("serves")

    run_async(start())
    assert done == ["memory", "draw_page_for_unknown_fragments", "replace_forged_values", "keras", "serves"]
