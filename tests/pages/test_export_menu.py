"""The menu of exports, without a browser: every kind of file in both languages, and on every page with one view."""

import threading

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.opened import words
from tests.pages.test_merge_lab import PAGE
from tests.patience import PATIENCE
from ui.export import job as jobs
from ui.export.formats import FORMATS
from ui.story.tours import tour


def open_menu(kind="png", language="en", **parameters):
    """The lab with its menu open on one kind of file."""
    app = AppTest.from_file("../../app.py", default_timeout=PATIENCE)
    app.session_state["export"], app.session_state["export_format"] = True, kind
    app.query_params["lang"] = language
    app.run()
    app.switch_page(PAGE)
    for key, value in parameters.items():
        app.query_params[key] = str(value)
    return app.run()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_format_can_be_chosen(language):
    """Each has its description and its button."""
    for name, kind in FORMATS.items():
        app = open_menu(name, language, s0="2,5,7,3", s1="2,5,7,3")
        assert not app.exception
        assert (kind.summary in words(app)) == (language == "en")
        assert [button.label for button in app.button if button.key == "export_make"] == (
            [{"en": "Create file", "zh": "生成文件"}[language]] if kind.long else []
        )
        assert len(app.get("download_button")) == (not kind.long)


def test_a_long_export_is_made_and_offered():
    """The button starts it, the file is offered at the end; a change of the view is noted."""
    app = open_menu("gif", s0="2,3,4", s1="2,3,4")
    app.button(key="export_make").click().run()
    assert not app.exception
    job = app.session_state["export_job"]
    job.wait(PATIENCE)
    app.run()
    assert job.result.startswith(b"GIF89a")
    assert len(app.get("download_button")) == 1
    assert "have changed" not in words(app)
    app.segmented_control(key="export_speed").set_value(25).run()
    assert not app.exception
    assert "have changed" in words(app)


def test_stopping_says_so(monkeypatch):
    """After Stop nothing is offered, and the page says that nothing was written."""
    monkeypatch.setattr(jobs, "_SLOTS", threading.Semaphore(0))  # it waits for a slot without end
    app = open_menu("pptx", s0="2,3,64", s1="2,3,64")
    app.button(key="export_make").click().run()
    job = app.session_state["export_job"]
    assert len(app.get("progress")) == 1
    app.button(key="export_stop").click().run()
    job.wait(PATIENCE)
    app.run()
    assert not app.exception
    assert job.stopped
    assert job.result is None
    assert "Stopped. No file was created." in words(app)
    assert len(app.get("download_button")) == 0


def test_no_menu_without_a_result():
    """Where shapes are refused there is nothing to export."""
    app = open_menu(s0="2,3", s1="2,5")
    assert not app.exception
    assert not [one for one in app.get("popover") if one.proto.popover.label == "Export"]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("where", ["home", "merge", "scene"])
def test_other_pages_have_it(where, language):
    """Home, and a step of the story of either kind; the file is made of what is shown."""
    app = AppTest.from_file("../../app.py", default_timeout=PATIENCE)
    app.session_state["export"], app.session_state["export_format"] = True, "npz"
    app.query_params["lang"] = language
    app.run()
    if where != "home":
        steps = tour(language).steps
        number = next(n for n, step in enumerate(steps, 1) if bool(step.scene) == (where == "scene"))
        app.switch_page("pages/5_Story.py")
        app.query_params["step"] = str(number)
        app.run()
    assert not app.exception
    assert [one.proto.popover.label for one in app.get("popover")].count({"en": "Export", "zh": "导出"}[language]) == 1
    assert [one.label for one in app.get("download_button")].count({"en": "Download", "zh": "下载"}[language]) == 1
