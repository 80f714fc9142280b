"""Home: the note's example, live, and a question that leads to each of the other pages."""

from functools import partial

from ui import frame, home
from ui.export import export_menu
from ui.lab import sections
from ui.tensor_view import tensor_view
from ui.text import t
from ui.views.loaded_code import loaded_code
from ui.views.selection import linked_selection


def home_page() -> None:
    """The example, the questions, and the export of the example."""
    operation = frame.head(t("One row meets four"), home.pick)
    view, merged = home.example(operation)
    with frame.picture(more=True):
        chosen = tensor_view(view, key=f"example {operation}", selection=linked_selection(merged.value.ndim))
    frame.section(home.show_questions)
    with frame.below("export"):
        title = sections.title_of(operation, home.SHAPES)
        export_menu(view, chosen, title=title, code=partial(loaded_code, operation, home.SHAPES))


frame.draw("Home", home_page)
