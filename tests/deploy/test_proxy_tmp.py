"""What comes through the proxy: the same headers on every answer, one replica for one visitor, closed paths."""

import json
from uuid import uuid4

import pytest

from tests.deploy.hosted import answer, handshake

UPLOAD = "/_stcore/upload_file/11111111-2222-3333-4444-555555555555/file"
ANSWERS = [  # method, path, status: from the app, from Streamlit's own routes, and from the proxy itself
    ("GET", "/", 200),
    ("GET", "/Merge_lab?op=Dot", 200),
    ("GET", "/_stcore/health", 200),
    ("GET", "/_stcore/host-config", 200),
    ("GET", "/static/js/none.js", 200),  # the page itself, as for any path
    ("GET", "/media/none.png", 404),
    ("GET", "/_stcore/metrics", 404),
    ("GET", "/_stcore/agent/openapi.json", 404),
    ("PUT", UPLOAD, 403),
    ("POST", "/", 405),
    ("GET", "/" + 9_000 * "x", 414),
    ("GET", "/%00", 400),
    ("GET", "/proxy-health", 200),
]


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
def test_every_answer_carries_the_headers(site, method, path, status):
    """Each once: what the app sends is not doubled by the proxy."""
    got, headers, _ = answer(site.address + path, method=method, data=b"x" if method != "GET" else None)
    assert got == status
    assert headers.get_all("X-Content-Type-Options") == ["nosniff"]
    assert headers.get_all("Referrer-Policy") == ["same-origin"]
    [policy] = headers.get_all("Content-Security-Policy")
    assert "frame-ancestors" in policy
    assert "default-src" in policy
    assert "uvicorn" not in headers.get("Server", "")


def test_too_large_a_body_is_refused_unread(site):
    """The proxy says no by the announced size; nothing of it reaches the app."""
    status, headers, _ = answer(site.address + UPLOAD, method="PUT", headers={"Content-Length": str(10**9)}, data=b"x")
    assert status == 413
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_without_the_proxy_the_app_brings_its_headers_itself(site):
    """As on hosts without this proxy."""
    for path in ("/", "/_stcore/health", "/static/js/none.js", "/_stcore/metrics"):
        _, headers, _ = answer(site.replicas[0].address + path)
        assert headers.get_all("X-Content-Type-Options") == ["nosniff"]
        assert "script-src 'self' blob: 'sha256-" in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert answer(site.replicas[0].address + "/_stcore/metrics")[0] == 404


@pytest.mark.parametrize("n", range(5))
def test_a_visitor_stays_with_one_replica_and_visitors_are_spread(site, n):
    """By a cookie, not by the address: the people in a lecture hall may share one address.

    Each request has a path of its own, since the workers of nginx write the log after the answer, in any order.
    """
    cookies = [answer(site.address + "/")[1]["Set-Cookie"].split(";")[0] for _ in range(24)]
    paths = [[f"/{uuid4()}" for _ in range(3)] for _ in cookies]
    for cookie, requests in zip(cookies, paths, strict=True):
        for path in requests:
            status, headers, _ = answer(site.address + path, headers={"Cookie": cookie})
            assert status == 200
            assert "mergescope_replica" not in str(headers.get_all("Set-Cookie"))
    replicas = [{replica for path in requests for replica in site.served(path)} for requests in paths]
    assert [len(ports) for ports in replicas] == [1] * len(cookies)
    assert set.union(*replicas) == {replica.port for replica in site.replicas}


@pytest.mark.parametrize("cookie", ["mergescope_replica=<script>", "mergescope_replica=" + 40 * "a"])
def test_a_forged_cookie_is_replaced(site, cookie):
    """Only what the proxy itself gives is taken."""
    assert "mergescope_replica=" in answer(site.address + "/", headers={"Cookie": cookie})[1]["Set-Cookie"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 101),
        ({"Origin": "http://evil.test"}, 403),
        ({"Host": "evil.test", "Origin": "http://evil.test"}, 403),
        ({"Host": "localhost.evil.test"}, 403),
    ],
)
def test_who_may_open_a_socket(site, headers, status):
    """Foreign pages and rebound names may not, through the proxy as without it."""
    for address in (site.address, site.replicas[0].address):
        assert handshake(address, **headers) == status


def test_the_proxys_log_is_json_and_holds_no_link(site):
    """What a visitor typed is in the query, which is not written; an upload's path contains a session's secret."""
    answer(site.address + "/Merge_lab?s0=31,37,41")
    answer(site.address + UPLOAD, method="PUT", data=b"x")
    site.served("/Merge_lab")
    site.served("/_stcore/upload_file/")
    text = site.log.read_text()
    assert "31,37,41" not in text
    assert "11111111-2222" not in text
    assert {"status", "path", "seconds", "replica"} <= set(json.loads(text.splitlines()[-1]))
