"""Home: the note's example, live, and a question that leads to each of the other pages."""

from contextlib import AbstractContextManager

from ui import frame, home
from ui.export import export_menu
from ui.lab import sections
from ui.tensor_view import tensor_view
from ui.text import t
from ui.views.loaded_code import loaded_code
from ui.views.selection import linked_selection


def home_page(last: AbstractContextManager[object]) -> None:
    """The example and its export."""
    with frame.headline(t("One row meets four")):
        operation = home.pick_operation()
        home.show_code(operation)
        home.paste_box()

    view, merged = home.example(operation)
    with frame.picture(more=True):
        chosen = tensor_view(view, key=f"example {operation}", selection=linked_selection(merged.value.ndim))

    with last, frame.below("export"):
        title, code = sections.title_of(operation, home.SHAPES), loaded_code(operation, home.SHAPES)
        export_menu(view, chosen, title=title, code=code)


frame.draw("Home", home_page, still=home.show_questions)
