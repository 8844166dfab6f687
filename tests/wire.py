"""A client of Streamlit's own protocol, for tests that play a visitor without a browser."""

from collections.abc import Iterator
from contextlib import contextmanager

from google.protobuf.message import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol


@contextmanager
def visit(port: int, page: str = "", query: str = "") -> "Iterator[Visitor]":
    """A session on a server of the loopback.

    Args:
        port: of the server.
        page: of the address, "" for the first one.
        query: of the address, as it is sent, without "?".
    """
    origin, protocols = f"http://localhost:{port}", [Subprotocol("streamlit")]
    address = f"ws://localhost:{port}/_stcore/stream"
    with connect(address, origin=origin, subprotocols=protocols, max_size=None, open_timeout=30) as line:
        yield Visitor(line, page, query)


class Visitor:
    """What a browser does on the wire."""

    def __init__(self, line: ClientConnection, page: str, query: str) -> None:
        self.line, self.page, self.query = line, page, query

    def send(self, message: BackMsg) -> None:
        self.line.send(message.SerializeToString())

    def receive(self, timeout: float = 60) -> ForwardMsg:
        message = ForwardMsg()
        message.ParseFromString(self.line.recv(timeout))
        return message

    def rerun(self) -> list[ForwardMsg]:
        """Run the script; what came until it ended."""
        message = BackMsg()
        message.rerun_script.query_string, message.rerun_script.page_name = self.query, self.page
        self.send(message)
        found = [self.receive()]
        while found[-1].WhichOneof("type") != "script_finished":
            found.append(self.receive())
        return found


def elements(messages: list[ForwardMsg], kind: str) -> list[Message]:
    """The elements of a kind among what a script drew, such as "alert"."""
    drawn = [m.delta.new_element for m in messages if m.WhichOneof("type") == "delta"]
    return [getattr(element, kind) for element in drawn if element.WhichOneof("type") == kind]
