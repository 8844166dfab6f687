"""Give back what a visitor held, soon after the tab was closed.

Streamlit keeps the session of a lost connection, so that one that comes back finds its images, and looks for old ones
only when the next is lost. Here a thread looks, and what a session held goes after ``GRACE_S``.
"""

import asyncio
import ctypes
import gc
import sys
import threading
import time
from typing import TYPE_CHECKING

from streamlit import runtime

if TYPE_CHECKING:
    from streamlit.runtime import Runtime

GRACE_S = 40.0  # a browser that lost its connection tries again every few seconds
LOOK_S = 5.0


def _close(server: "Runtime", lost: dict[str, float]) -> int:
    """Close the sessions that have been lost for ``GRACE_S``; returns how many. On the server's own thread.

    Args:
        server: Streamlit's.
        lost: since when, by the session's id; kept up to date.
    """
    now, closed = time.monotonic(), 0
    sessions = {one.session.id: one for one in server._session_mgr.list_sessions() if not one.is_active()}
    for name in lost.keys() - sessions.keys():
        del lost[name]
    for name, one in sessions.items():
        if now - lost.setdefault(name, now) >= GRACE_S:
            server.close_session(name)
            one.session.session_state.clear()  # not left to the garbage collector: it may be frozen
            closed += 1
    return closed


def _give_back() -> None:
    """Hand free memory back to the system: the allocator keeps it where it was cut to small pieces."""
    gc.collect()
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)


def _watch(server: "Runtime") -> None:
    async def close() -> int:
        return _close(server, lost)

    lost: dict[str, float] = {}
    loop = server._get_async_objs().eventloop
    while not loop.is_closed():
        time.sleep(LOOK_S)
        if asyncio.run_coroutine_threadsafe(close(), loop).result():
            _give_back()


def start() -> None:
    """Look after the sessions of this server, where there is one."""
    if runtime.exists():
        threading.Thread(target=_watch, args=[runtime.get_instance()], name="janitor", daemon=True).start()
