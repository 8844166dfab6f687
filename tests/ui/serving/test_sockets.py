"""Messages are not held back."""

import socket
from contextlib import ExitStack
from pathlib import Path

from medrnn.ui.serving.sockets import send_at_once


def is_at_once(one):
    return bool(one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


def test_sockets_that_are_open_and_those_accepted_later_send_at_once():
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        stack.enter_context(socket.create_connection(server.getsockname()))
        before = stack.enter_context(server.accept()[0])
        assert not is_at_once(before)
        count = len(list(Path("/proc/self/fd").iterdir()))
        send_at_once()
        assert len(list(Path("/proc/self/fd").iterdir())) == count  # none is left open
        stack.enter_context(socket.create_connection(server.getsockname()))
        after = stack.enter_context(server.accept()[0])
        assert is_at_once(before) and is_at_once(after)
