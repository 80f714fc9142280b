"""The hosted app, once for the tests of a worker."""

import pytest

from tests.deploy.hosted import NGINX, hosted


@pytest.fixture(scope="package")
def site(tmp_path_factory):
    """Two replicas behind the proxy."""
    if NGINX is None:
        pytest.skip("nginx is not installed; `make proxy` installs it where that is possible")
    with hosted(tmp_path_factory.mktemp("hosted")) as running:
        yield running
