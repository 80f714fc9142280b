"""What is on screen as a file: pictures, animations, slides, a notebook, a web page, arrays.

`look_at` -> `compose` -> a painter. Everything but `menu` works without a session: threads use it too.
"""

from ui.export.document import Document, Moment
from ui.export.menu import export_menu

__all__ = ["Document", "Moment", "export_menu"]
