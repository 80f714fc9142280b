"""The demo page of the tensor view, to compare exports with what a browser paints."""

from tests.ui.tensor_view.conftest import demo_address, open_view  # noqa: F401  # fixtures
