"""Small pictures with their names to choose from; packed once for all visitors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import streamlit as st

from medrnn.ui.components.carry import declare, pack

_gallery = declare("gallery")


@dataclass(frozen=True)
class Entry:
    """One picture to choose.

    Attributes:
        id, title: what is handed back, and what stands below it.
        help: what is said when it is pointed at.
        picture: a small PNG file.
    """

    id: str
    title: str
    help: str
    picture: Path


@cache
def _packed(entries: tuple[Entry, ...]) -> bytes:
    files = [entry.picture.read_bytes() for entry in entries]
    ends = np.cumsum([0, *map(len, files)]).tolist()
    said = [
        {"id": entry.id, "title": entry.title, "help": entry.help, "from": start, "to": end}
        for entry, start, end in zip(entries, ends, ends[1:], strict=False)
    ]
    return pack({"entries": said}, pictures=np.frombuffer(b"".join(files), np.uint8))


def show(entries: Sequence[Entry], *, key: str, on_press: Callable[[str], None]) -> None:
    """Show the pictures.

    Args:
        entries: what to choose from, the same for everybody: they are kept as long as the server runs.
        key: the widget's key.
        on_press: hears, before the page runs again, the id of what was pressed.
    """

    def heard() -> None:
        pressed = st.session_state[key].pressed
        if pressed in {entry.id for entry in entries}:
            on_press(pressed)

    _gallery(key=key, data=_packed(tuple(entries)), on_pressed_change=heard)
