"""An open page without a browser: the app's own messages over its websocket, for measurements and tests.

The one module outside ``ui`` that knows anything of Streamlit: the format of its messages (``streamlit.proto``).
"""

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any, Literal, get_args

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import connect
from websockets.typing import Origin, Subprotocol

Large = Literal["bytes", "js_content", "css_content", "html_content"]  # of a component
LARGE: tuple[Large, ...] = get_args(Large)
ONCE = ("trigger_value", "json_trigger_value")
KEPT_RUNS = 2  # a browser forgets a message that was in none of the last two runs


def is_finished(raw: bytes | str) -> bool:
    """Whether a message from the server says that the page's script has run to its end."""
    return isinstance(raw, bytes) and _says_finished(ForwardMsg.FromString(raw))


def _says_finished(message: ForwardMsg) -> bool:
    kind = message.WhichOneof("type")
    return kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY


@dataclass(frozen=True)
class Run:
    """One run of the page's script, seen from outside.

    Attributes:
        elapsed_s: from asking to the message that it is finished.
        received: bytes that came.
    """

    elapsed_s: float
    received: int


class Tab:
    """One visitor's page. It answers nothing by itself: what a timer would ask for again is not asked.

    Attributes:
        elements: what stands on the page after the last run, in its order.
        sentences: every text that came since the page was opened, also what was replaced since.
        said_s: seconds from connecting to the first of them, None before.
    """

    def __init__(self, url: str, *, is_light: bool = False, patience_s: float = 120) -> None:
        """Prepare it; nothing is asked yet.

        Args:
            url: of the server, "http://localhost:8501".
            is_light: forget the large parts of components, for many tabs in one process.
            patience_s: how long a run may take.
        """
        self._url, self._is_light, self._patience_s = url, is_light, patience_s
        self._socket: Any = None
        self._query, self._page = "", ""
        self._states: dict[str, WidgetState] = {}
        self._messages: dict[str, tuple[int, ForwardMsg]] = {}
        self._runs = 0
        self._shown: dict[tuple[int, ...], Element] = {}
        self._coming: dict[tuple[int, ...], Element] = {}
        self.sentences: list[str] = []
        self.said_s: float | None = None
        self._began = 0.0

    @property
    def elements(self) -> list[Element]:
        """What stands on the page after the last run, in its order."""
        return [self._shown[path] for path in sorted(self._shown)]

    @property
    def exceptions(self) -> list[str]:
        """The red boxes among the elements, in words."""
        found = [one.exception for one in self.elements if one.WhichOneof("type") == "exception"]
        return [f"{one.type}: {one.message}" for one in found]

    def find(self, key: str) -> Element:
        """The widget or component with this key.

        Raises:
            LookupError: it is not on the page.
        """
        for one in self.elements:
            if self._id(one).endswith(f"-{key}"):
                return one
        raise LookupError(f"Expected the widget {key!r} on the page, it is not there.")

    @staticmethod
    def _id(element: Element) -> str:
        return getattr(getattr(element, element.WhichOneof("type") or "", None), "id", "")

    async def open(self, page: str = "", query: str = "") -> Run:
        """Connect and wait until the page's script has run.

        Args:
            page: its name in the address, "" for the first one.
            query: what stands behind the question mark.
        """
        self._began = time.monotonic()
        self._socket = await connect(
            self._url.replace("http", "ws", 1) + "/_stcore/stream",
            origin=Origin(self._url),
            subprotocols=[Subprotocol("streamlit")],
            compression=None,
            max_size=None,
            open_timeout=self._patience_s,
        )
        self._query = query
        run = await self.rerun(page=page)
        return Run(time.monotonic() - self._began, run.received)

    async def close(self) -> None:
        """As a browser closes a tab."""
        if self._socket:
            await self._socket.close()

    async def press(self, key: str) -> Run:
        """Press a button."""
        return await self.rerun(WidgetState(id=self._id(self.find(key)), trigger_value=True))

    async def choose(self, key: str, **state: Any) -> Run:
        """Let a component report a state, as its script does in a browser."""
        return await self.rerun(WidgetState(id=self._id(self.find(key)), json_value=json.dumps(state)))

    async def trigger(self, key: str, event: str, value: Any) -> Run:
        """Let a component say something once."""
        said = json.dumps([{"event": event, "value": value}])
        name = f"$$STREAMLIT_INTERNAL_KEY_{self._id(self.find(key))}__events"
        return await self.rerun(WidgetState(id=name, json_trigger_value=said))

    async def rerun(self, *changed: WidgetState, page: str = "") -> Run:
        """Run the page's script again with changed widgets, and wait until it has run.

        Raises:
            TimeoutError: it took longer than the patience.
        """
        began, received = time.monotonic(), 0
        await self._socket.send(self._ask(changed, page).SerializeToString())
        self._runs += 1
        self._coming = {}
        async with asyncio.timeout(self._patience_s):
            async for raw in self._socket:
                received += len(raw)
                if self._take(ForwardMsg.FromString(raw)):
                    break
            else:
                raise ConnectionError("Expected the page's script to run, the server hung up.")
        self._shown = self._coming
        self._messages = {
            key: kept for key, kept in self._messages.items() if kept[0] > self._runs - KEPT_RUNS
        }
        return Run(time.monotonic() - began, received)

    def _ask(self, changed: tuple[WidgetState, ...], page: str) -> BackMsg:
        states = self._states | {one.id: one for one in changed}
        self._states |= {one.id: one for one in changed if one.WhichOneof("value") not in ONCE}
        asked = BackMsg()
        asked.rerun_script.query_string = self._query
        asked.rerun_script.page_script_hash = "" if page else self._page
        asked.rerun_script.page_name = page
        asked.rerun_script.widget_states.widgets.extend(states.values())
        asked.rerun_script.cached_message_hashes.extend(self._messages)
        return asked

    def _take(self, message: ForwardMsg) -> bool:
        """Keep what a message says; True where the script has run."""
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._page, self._coming = message.new_session.page_script_hash, {}
        elif kind == "navigation":
            self._page = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self._query = message.page_info_changed.query_string
        elif kind == "ref_hash":
            place, message = message.metadata.delta_path, self._messages[message.ref_hash][1]
            self._draw(tuple(place), message)
        elif kind == "delta":
            self._draw(tuple(message.metadata.delta_path), message)
        return _says_finished(message)

    def _draw(self, place: tuple[int, ...], message: ForwardMsg) -> None:
        if message.metadata.cacheable:
            self._messages[message.hash] = (self._runs, message)
        if message.delta.WhichOneof("type") != "new_element":
            return
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if self._is_light and kind == "bidi_component":
            for name in LARGE:
                element.bidi_component.ClearField(name)
        if kind in ("markdown", "alert"):
            self.sentences.append(getattr(element, kind).body)
            if self.said_s is None:
                self.said_s = time.monotonic() - self._began
        self._coming[place] = element
