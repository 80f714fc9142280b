"""Files that no session shows any more: looked for every few seconds, not after each run."""

import pytest
from streamlit.runtime.media_file_manager import MediaFileManager

from ui import streamlit_internals
from ui.streamlit_internals import server


@pytest.mark.parametrize(("every", "expected"), [(5.0, [100, 105, 111]), (2.0, [100, 103, 105, 108, 111])])
def test_they_are_looked_for_every_few_seconds(monkeypatch, every, expected):
    now, looked = [0], []
    monkeypatch.setattr(MediaFileManager, "remove_orphaned_files", lambda files: looked.append((files, now[0])))
    monkeypatch.setattr(server, "monotonic", lambda: now[0])
    streamlit_internals.drop_files_later(every)
    files = object.__new__(MediaFileManager)
    for now[0] in (100, 101, 103, 105, 106, 108, 109, 111):
        files.remove_orphaned_files()
    assert looked == [(files, second) for second in expected]
