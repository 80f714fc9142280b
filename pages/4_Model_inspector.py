"""Every merge inside a Keras model: list, graph, and the picture of the chosen merge, in one screen."""

from ui import frame
from ui.inspector import controls, line, listing, opening, panes, running
from ui.text import t


def model_inspector() -> None:
    """The model, its merges, the chosen one."""
    controls.remember()
    chosen = frame.head(t("Model inspector"), line.pick, opening.opener())
    content, file = frame.with_file()
    with content:
        if chosen.begun is None:
            if chosen.fault is None:
                controls.ask_for_model()
            else:
                opening.show_fault(chosen.fault)
            running.rest()
        elif (entry := listing.chosen_merge(chosen.begun.model)) is None:
            panes.show_whole(chosen.begun)
        else:
            panes.show_merge(chosen, chosen.begun, entry)
    with file:
        controls.pick_file(chosen.kind, is_open=chosen.begun is None)


frame.draw("Model inspector", model_inspector)
