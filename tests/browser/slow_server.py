"""What the server sends to a page, kept back or passed on piece by piece, as over a slow connection."""

from __future__ import annotations

from typing import Any

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

_TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


class SlowServer:
    """Stands between a page that is not open yet and the server.

    Attributes:
        holds: whether messages are kept back.
    """

    def __init__(self, page: Any, *, holds: bool = False) -> None:
        self.holds, self._kept, self._route, self._page = holds, [], None, page
        page.route_web_socket("**/_stcore/stream", self._connect)

    def _connect(self, route: Any) -> None:
        self._route, server = route, route.connect_to_server()
        server.on_message(lambda message: self._kept.append(message) if self.holds else route.send(message))

    def _kinds(self) -> list[str | None]:
        return [ForwardMsg.FromString(message).WhichOneof("type") for message in self._kept]

    def has_url(self) -> bool:
        """Whether a new URL is among what is kept back, and the run that wrote it has ended."""
        kinds = self._kinds()
        return "page_info_changed" in kinds and "script_finished" in kinds[kinds.index("page_info_changed") :]

    def release(self) -> None:
        """Pass on all that is kept back, and what comes, at once."""
        self.holds = False
        while self._kept:
            self._route.send(self._kept.pop(0))  # type: ignore[attr-defined]

    def drip(self) -> None:
        """Pass on one message after another, each two frames after the one before, until a run has ended."""
        ended = False
        while not ended or self._kept:
            if not self._kept:
                self._page.wait_for_timeout(20)  # handles what the server sends
                continue
            ended |= self._kinds()[0] == "script_finished"
            self._route.send(self._kept.pop(0))  # type: ignore[attr-defined]
            self._page.evaluate(_TWO_FRAMES)
        self.release()
