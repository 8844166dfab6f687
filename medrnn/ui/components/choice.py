"""What the reader chose last, where several pictures share one choice and the page may set it too."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import streamlit as st

from medrnn.ui.state import session

MOST = 32  # choices remembered for a visitor

Value = TypeVar("Value")


@dataclass
class Choice:
    """What holds, and what every picture said and was asked when it was last looked at."""

    value: Any = None
    readers: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    wished: dict[str, Any] = field(default_factory=dict)


def _choice(name: str) -> Choice:
    kept = session().choices
    kept[name] = kept.pop(name) if name in kept else Choice()
    while len(kept) > MOST:
        del kept[next(iter(kept))]
    return kept[name]


def _said(member: str, state: str) -> Any:
    found = st.session_state.get(member)
    return found.get(state) if found else None


def latest(
    name: str, member: str, state: str, wish: Value | None, read: Callable[[Any], Value | None]
) -> Value | None:
    """What the reader chose last in any picture of this name, or what the page asked for since.

    A component's state outlives later choices in other pictures, so only what is new in it counts.

    Args:
        name: of the choice; pictures that share it have the same.
        member: the component's key.
        state: the name of its state.
        wish: what the page asks this picture to show; counts where it is another than before.
        read: takes the component's state (None where it has none) to a value, None where it says nothing here.

    Returns:
        The value, or None before the first choice.
    """
    choice = _choice(name)
    choice.readers[member] = read
    is_new = False
    for key, of in choice.readers.items():
        said = _said(key, state)
        if said != choice.told.get(key):
            choice.told[key] = said
            if (value := of(said)) is not None:
                choice.value, is_new = value, True
    if not is_new and wish != choice.wished.get(member, wish):
        choice.value = wish
    choice.wished[member] = wish
    value_now: Value | None = choice.value
    return value_now
