"""The notebook of the documentation runs in a real kernel that has the wheel, and shows what its text says."""

from pathlib import Path

import nbclient
import nbformat
import pytest

from core.files.recording_reader import read_recording

pytestmark = pytest.mark.keras

PAGE = Path(__file__).parents[2] / "docs" / "notebook.ipynb"


@pytest.fixture(scope="module")
def executed(wheel, tmp_path_factory):
    """The notebook after a run in a folder of its own."""
    folder = tmp_path_factory.mktemp("notebook")
    book = nbformat.read(PAGE, as_version=4)
    nbformat.validate(book)
    book.cells.append(nbformat.v4.new_code_cell("print(folder, mergescope.__file__)"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(wheel))
        patch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
        nbclient.NotebookClient(
            book, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
        ).execute()
    return [cell for cell in book.cells if cell.cell_type == "code"]


def printed(cell):
    return "".join(output.get("text", "") for output in cell.outputs if output.output_type == "stream")


def results(cell):
    """What the last line of a cell shows, by MIME type."""
    return next((output.data for output in cell.outputs if output.output_type == "execute_result"), {})


def test_it_shows_widgets_and_explanations(executed):
    """A widget for a merge and for a place in a model; escaped text for shapes that do not fit."""
    widget = "application/vnd.jupyter.widget-view+json"
    assert [widget in results(cell) for cell in executed].count(True) == 2
    assert results(executed[2])["text/plain"] == "(0, 8, 12, 5)"
    assert "Fixes:" in results(executed[3])["text/html"]
    assert "gate/multiply: x * y (2, 20, 20, 16), (2, 20, 20, 1)" in results(executed[4])["text/plain"]
    assert printed(executed[5]).startswith("gate/multiply - ")
    assert "[(2, 20, 20, 16), (2, 20, 20, 1)]" in printed(executed[6])


def test_its_recordings_open(executed, wheel):
    """Both, with the steps that the text promises; the kernel used the wheel."""
    folder, package = printed(executed[-1]).split()
    assert package.startswith(str(wheel))
    assert printed(executed[7]) == "True\n"
    assert printed(executed[8]) == "(0, 5, 10, 15, 20)\n"
    recording = read_recording((Path(folder) / "training.msr.npz").read_bytes())
    assert [step.number for step in recording.index.steps] == [0, 5, 10, 15, 20]
    assert [meeting.call for meeting in recording.index.meetings] == ["gate/multiply"]
