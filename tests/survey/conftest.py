"""The model of the tests as a file, and a plan with its gates, made once."""

import pytest


@pytest.fixture(scope="session")
def model_file(tmp_path_factory):
    from tests.survey import models

    path = tmp_path_factory.mktemp("model") / "small.keras"
    path.write_bytes(models.small())
    return path
