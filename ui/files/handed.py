"""Files that one page hands to another, as if they had been uploaded there; in memory, for this session."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from ui import session

_KEY = "handed_"


@dataclass(frozen=True)
class HandedFile:
    """A file, with the names that an uploaded file of Streamlit has.

    Attributes:
        name: of the file.
        content: all of it.
        file_id: identifies it.
    """

    name: str
    content: bytes
    file_id: str

    def getvalue(self) -> bytes:
        """The content."""
        return self.content


def give(purpose: str, name: str, content: bytes) -> None:
    """Keep a file for another page.

    Args:
        purpose: "model" or "image".
        name: of the file.
        content: all of it.
    """
    session.put({_KEY + purpose: HandedFile(name, content, sha256(content).hexdigest())})


def taken(purpose: str) -> HandedFile | None:
    """The file that was given for a purpose; None if there is none."""
    found = session.get(_KEY + purpose)
    return found if isinstance(found, HandedFile) else None
