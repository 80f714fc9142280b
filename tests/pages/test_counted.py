"""What a page computes or refuses is counted for the host of the server, not on the Merge lab alone."""

from tests.pages.opened import opened
from ui import counters


def test_merges_of_other_pages_are_counted():
    """The product of the gate, and the merge of a step of the tour."""
    for page, operation in (("pages/2_Attention_gate.py", "Multiply"), ("pages/5_Story.py", "Multiply")):
        before = counters.counts("merges").get(operation, 0)
        assert not opened(page).exception
        assert counters.counts("merges")[operation] > before, page


def test_refused_files_of_other_pages_are_counted():
    """A model and a story that cannot be read."""
    for page, link, key, name in (
        ("pages/4_Model_inspector.py", {"msrc": "own"}, "model_file", "m.keras"),
        ("pages/5_Story.py", {"story": "own"}, "story_file", "s.toml"),
    ):
        before = counters.counts("refusals").get("file", 0)
        app = opened(page, **link)
        app.file_uploader(key=key).upload(name, b"x = [").run()
        assert not app.exception
        assert counters.counts("refusals")["file"] > before, page
