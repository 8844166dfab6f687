"""The server's connections send what there is at once."""

import os
import socket
import stat
from contextlib import suppress
from pathlib import Path

OPEN_FILES = Path("/proc/self/fd")


def send_at_once() -> None:
    """Turn Nagle's algorithm off for all TCP sockets of this process; those accepted later take it over (Linux).

    asyncio does that by itself, but not for a listening socket that was made as Streamlit makes it. A run sends a
    small message, then many: the kernel held the many back until the browser acknowledged the first, 40 ms later.
    """
    for file in OPEN_FILES.iterdir() if OPEN_FILES.is_dir() else ():
        with suppress(OSError):  # closed since
            if stat.S_ISSOCK(os.fstat(int(file.name)).st_mode):
                _send_at_once(int(file.name))


def _send_at_once(number: int) -> None:
    with socket.socket(fileno=os.dup(number)) as one:
        if one.family in (socket.AF_INET, socket.AF_INET6) and one.type == socket.SOCK_STREAM:
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
