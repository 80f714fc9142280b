"""A page as a link opens it, and all the text on it."""

import json
from typing import Any

from streamlit.testing.v1 import AppTest

from tests.patience import PATIENCE

_KINDS = ("title", "markdown", "caption", "error", "warning", "info", "success", "code", "metric")


# Below a page, drawn only while they are open.
SECTIONS = ("lab_table", "wall_table", "gallery_matrices_0", "gallery_matrices_1")


def opened(page: str, **parameters) -> AppTest:
    """The page, run as a link with these parameters opens it, with the sections below it open."""
    app = AppTest.from_file("../../app.py", default_timeout=PATIENCE)
    app.run()
    app.switch_page(page)
    for key, value in parameters.items():
        app.query_params[key] = str(value)
    return unfolded(app, *SECTIONS)


def unfolded(app: AppTest, *keys: str) -> AppTest:
    """The page with drawers or sections open, by default the options of the lab: only then is drawn what is in them."""
    for key in keys or ("lab_options",):
        app.session_state[key] = True
    return app.run()


def words(app: AppTest) -> str:
    """Everything on the page that is text, captions of pictures included."""
    captions = [one.caption for element in app.get("image") for one in element.proto.imgs]
    return "\n".join([*(str(element.value) for kind in _KINDS for element in app.get(kind)), *captions])


def views(app: AppTest) -> list[dict[str, Any]]:
    """The plan of every tensor view on the page, as the browser gets it; see `core.tensor_view.payload`."""
    protos = [element.proto for element in app.get("bidi_component")]
    return [json.loads(proto.mixed.json)["meta"] for proto in protos if proto.component_name.endswith("tensor_view")]
