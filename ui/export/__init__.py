"""Exports of the view on screen: images, animations, slides, a notebook, a web page, arrays.

`look_at` -> `compose` -> a painter. Only `menu` needs a session; everything else also runs in threads.
"""

from ui.export.document import Document, Moment
from ui.export.illustration import Illustration
from ui.export.menu import export_menu

__all__ = ["Document", "Illustration", "Moment", "export_menu"]
