"""The real app as it is hosted, without a proxy, and tabs that speak its protocol."""

import uuid
from urllib.parse import quote

import pytest

from bench.load_visitor import visiting
from tests.asynchronous import run_async
from tests.deploy.hosted import answer, serving

LIMITS = {"MERGESCOPE_MAX_ELEMENTS": "4000000", "MERGESCOPE_MAX_SESSION_UPLOAD_BYTES": "0"}


class Attacker:
    """Acts on one server and looks at what came of it."""

    def __init__(self, replica):
        self.address, self.replica, self._read = replica.address, replica, 0
        _, headers, _ = answer(self.address + "/_stcore/health")
        self._cookie = next(part for part in headers.get_all("Set-Cookie") if "xsrf" in part).split(";")[0]
        self._token = self._cookie.split("=", 1)[1].strip('"')

    def post(self, path: str, name: str, content: bytes, **headers: str) -> int:
        """Upload as the browser does; the status of the answer."""
        edge = uuid.uuid4().hex
        received = f'Content-Disposition: form-data; name="file"; filename="{quote(name, safe=" ()[]<>!:;,=+&@~")}"'
        body = f"--{edge}\r\n{received}\r\nContent-Type: application/octet-stream\r\n\r\n".encode()
        body += content + f"\r\n--{edge}--\r\n".encode()
        sent = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        sent |= {"X-Xsrftoken": self._token, "Cookie": self._cookie} | headers
        return answer(self.address + path, method="PUT", headers=sent, data=body)[0]

    def open(self, page: str, query: str = "", act=None):
        """A new tab at a link; then `act(visitor)`, if given. Gives the last run."""

        async def come():
            async with visiting(self.address) as visitor:
                run = await visitor.open(page, query)
                return run if act is None else await act(visitor)

        return run_async(come())

    def alive(self) -> bool:
        """The same process still answers, and a page is drawn for the next visitor."""
        run = self.open("Merge_lab", "op=Multiply&s0=5,1,7&s1=5,3,7")
        drawn = "(5, 1, 7), (5, 3, 7) → (5, 3, 7)" in run.text and not run.faults
        return drawn and self.replica.process.poll() is None

    def tracebacks(self) -> list[str]:
        """Lines of the log that tell of an exception, since the last call of this."""
        lines = self.replica.log.read_text(errors="replace").splitlines()
        new, self._read = lines[self._read :], len(lines)
        return [line for line in new if "Traceback" in line]


@pytest.fixture(scope="module")
def attacker(tmp_path_factory):
    """One server for a whole module: what one attack leaves behind, the next one meets."""
    with serving(tmp_path_factory.mktemp("attacked"), **LIMITS) as replica:
        yield Attacker(replica)
