"""For a speaker: a page that fits the screen, keys, a pointer, a blank screen; and the link to share."""

from ui.stage.face import stage, style
from ui.stage.first_page import FirstPage, install
from ui.stage.share import share

__all__ = ["FirstPage", "install", "share", "stage", "style"]
