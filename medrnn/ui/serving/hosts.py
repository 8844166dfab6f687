"""What we change of Streamlit's server: whom it answers, with which headers, and what a visitor may ask of it.

``app.py`` hands ``DOOR`` and ``lifespan`` to ``st.App``, so that they hold before the first request. Streamlit's own
setting ``server.allowedHosts`` guards its websocket only, and its ``clear_cache`` empties the caches of all visitors.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.cli_util import open_browser
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.app_session import AppSession
from streamlit.web.server.server_util import get_url
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

POLICY = {  # the page takes nothing from elsewhere and stands in nobody's frame
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval' blob:",  # components and Plotly are made in the page
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self' data: blob:",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "frame-src": "'none'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}
HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in POLICY.items()),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
}
MESSAGES = ("rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "backend_operation_request")
OPERATIONS = ("deferred_file", "dataframe_chunk")


def reason_to_refuse(headers: Headers, *, is_websocket: bool = False) -> str:
    """Why a request is not answered, in one sentence; "" where it is.

    Hosts are those of ``server.allowedHosts``, with any port; none where it is empty. An origin has to be the page's
    own or one of ``server.corsAllowedOrigins``; browsers send one with every websocket, so there it has to be there.
    """
    hosts, origins = headers.getlist("host"), headers.getlist("origin")
    known = bool(st.get_option("server.allowedHosts"))
    if not known or len(hosts) != 1 or not is_host_allowed(hosts[0]):
        return "Expected a host of server.allowedHosts. Its owner can add this one in .streamlit/config.toml."
    if len(origins) > 1 or (is_websocket and not origins):
        return "Expected the origin of this page, got none or several."
    if origins and not _is_own(origins[0], hosts[0]):
        return "Expected the origin of this page or one of server.corsAllowedOrigins, got another."
    return ""


def _is_own(origin: str, host: str) -> bool:
    """True for the origin of a page that this server gave out under ``host``."""
    try:
        same = urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False
    return same or origin in st.get_option("server.corsAllowedOrigins")


class Door:
    """ASGI middleware before every route: refuses who is not known, and adds ``HEADERS`` to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse with 403."""

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        is_websocket = scope["type"] == "websocket"
        reason = reason_to_refuse(Headers(scope=scope), is_websocket=is_websocket)
        if not reason:
            await self.app(scope, receive, dressed)
        elif is_websocket:
            await send({"type": "websocket.close", "code": 1008, "reason": reason})
        else:
            await PlainTextResponse(reason, 403)(scope, receive, dressed)


DOOR = (Middleware(Door),)
_streamlits_own = AppSession.handle_backmsg


def _handle(session: AppSession, message: BackMsg) -> None:
    """What a visitor may ask: all else Streamlit would do to others, or to the owner's files, is left undone."""
    kind = message.WhichOneof("type")
    if kind == "clear_cache":
        session.clear_session_caches()
        return
    operation = message.backend_operation_request.WhichOneof("payload")
    if kind in MESSAGES and (kind != "backend_operation_request" or operation in OPERATIONS):
        _streamlits_own(session, message)


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """What holds while the server runs; opens the browser, as ``streamlit run`` does for a plain script."""
    AppSession.handle_backmsg = _handle  # type: ignore[method-assign, assignment]  # ours in its place
    if not st.get_option("server.headless"):
        open_browser(get_url(st.get_option("browser.serverAddress")))
    yield
