"""A visitor without a browser: speaks Streamlit's own protocol over one WebSocket."""

import contextlib

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect


class Visitor:
    """One tab."""

    def __init__(self, address: str, **options):
        self._socket = connect(
            address.replace("http", "ws") + "/_stcore/stream",
            subprotocols=["streamlit"],
            origin=address,
            max_size=None,
            legacy=True,
            **options,
        )
        self.session = ""

    def ask(self, page: str = "", query: str = "") -> None:
        """Ask for a run of a page; does not wait for it."""
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.query_string = query
        self._socket.send(message.SerializeToString())

    def read(self, seconds: float = 60.0) -> str:
        """All words of one run, as they come in until it has finished."""
        words = []
        while True:
            message = ForwardMsg.FromString(self._socket.recv(timeout=seconds))
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.session = message.new_session.initialize.session_id
            if kind == "delta":
                words.append(_words(message.delta.new_element))
            if kind == "script_finished":
                return "\n".join(filter(None, words))

    def see(self, page: str = "", query: str = "") -> str:
        """Ask and read."""
        self.ask(page, query)
        return self.read()

    def close(self) -> None:
        self._socket.close()


@contextlib.contextmanager
def visiting(address: str, **options):
    visitor = Visitor(address, **options)
    try:
        yield visitor
    finally:
        visitor.close()


def _words(element) -> str:
    kind = element.WhichOneof("type")
    read = {
        "markdown": lambda: element.markdown.body,
        "heading": lambda: element.heading.body,
        "alert": lambda: element.alert.body,
        "code": lambda: element.code.code_text,
        "exception": lambda: f"EXCEPTION {element.exception.type}",
    }
    return read[kind]() if kind in read else ""
