"""Give back what a visitor held, soon after the tab was closed.

Streamlit keeps the session of a lost connection, so that one that comes back finds its images, and looks for old ones
only when the next is lost. Here a thread looks, and what a session held goes after ``GRACE_S``. It is taken out piece
by piece: the session itself hangs on in Streamlit's loop until the next visit, and in what ``gc.freeze`` froze.
"""

import asyncio
import ctypes
import gc
import sys
import threading
import time
from typing import TYPE_CHECKING

from streamlit import runtime

from medrnn.ui.state import KEY

if TYPE_CHECKING:
    from streamlit.runtime import Runtime
    from streamlit.runtime.app_session import AppSession

GRACE_S = 40.0  # a browser that lost its connection tries again every few seconds
LOOK_S = 5.0


def _close(server: "Runtime", lost: dict[str, float]) -> int:
    """Close the sessions that have been lost for ``GRACE_S``; returns how many. On the server's own thread.

    Args:
        server: Streamlit's.
        lost: since when, by the session's id; kept up to date.
    """
    now, closed = time.monotonic(), 0
    sessions = {one.session.id: one for one in server._session_mgr.list_sessions() if one.client is None}
    for name in lost.keys() - sessions.keys():
        del lost[name]
    for name, one in sessions.items():
        if now - lost.setdefault(name, now) >= GRACE_S:
            server.close_session(name)
            _empty(one.session)
            closed += 1
    if closed and not server._session_mgr.list_sessions():
        _drop_sent(server)
    return closed


def _empty(ended: "AppSession") -> None:
    """Take out what is large: studies, which the closures of widgets name too, all other state, the fragments."""
    state = ended.session_state
    if KEY in state:
        state[KEY].forget_all()
    state.clear()
    ended._fragment_storage.clear()


def _drop_sent(server: "Runtime") -> None:
    """The messages that went out last, pixels and all, which the idle loop still names."""
    task = server._loop_coroutine_task
    frame = getattr(task.get_coro(), "cr_frame", None) if task else None
    if frame is not None:
        frame.f_locals.get("msg_list", []).clear()


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
