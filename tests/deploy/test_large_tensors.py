"""Large tensors of the hosted server: the browser fetches them, and memory stays near that of the arrays."""

import pytest

from bench import load_memory
from tests.deploy.hosted import ROOT, answer, serving

LINK = "Merge_lab?op=Add&s0=600,700&s1=600,700&f0=constant&f1=constant&start0=3&start1=4&cell=599,699"


@pytest.mark.browser
def test_the_browser_fetches_them(open_tab, tmp_path):
    """Inputs are fetched, each address answered once; the result is computed there, with the pinned element's value."""
    with serving(tmp_path) as replica:
        page, fetched = open_tab(), []
        page.on("response", lambda response: "_mergescope/tensors/" in response.url and fetched.append(response))
        page.goto(f"{replica.address}/{LINK}")
        page.locator(".tensor-view canvas.base").nth(2).wait_for()
        page.get_by_text("(599, 699): 7").first.wait_for()
        assert [response.status for response in fetched] == [200, 200]
        assert answer(fetched[0].url)[0] == 404
        page.reload()
        page.get_by_text("(599, 699): 7").first.wait_for()
        assert [response.status for response in fetched[2:]] == [200, 200]


@pytest.mark.slow
def test_one_tab_and_sixteen_at_the_public_limit(tmp_path):
    """Three tensors of 1,500,000 elements a tab, 18 MB: one takes hardly more, sixteen stay below 1.2 GB."""
    before, (one, sixteen) = load_memory.measure(ROOT, load_memory.LINKS["3 x 1,500,000 elements"], (1, 16))
    assert not one.faults + sixteen.faults
    assert sixteen.peak <= load_memory.PEAK
    assert sixteen.after - before <= load_memory.KEPT
    assert one.peak - before <= 1.3 * 18
