"""Every merge inside a Keras model: list, graph, and the picture of the chosen merge, in one screen."""

from ui import frame
from ui.inspector import controls, listing, opening, panes, running
from ui.text import t


def model_inspector() -> None:
    """The model, its merges, the chosen one."""
    line = frame.headline(t("Model inspector"))
    controls.remember()
    with line:
        kind = controls.pick_kind()
    choice = controls.pick_model(kind)
    model = opening.open_model_file(choice) if choice else None
    if choice is None or model is None:
        running.rest()
    elif (entry := listing.chosen_merge(model)) is None:
        panes.show_whole(choice, model, line)
    else:
        panes.show_merge(choice, model, entry, line)
    with frame.below("file"):
        controls.pick_another(kind)


frame.draw("Model inspector", model_inspector)
