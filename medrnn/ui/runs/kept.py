"""The fields of the form of Train. What stands in them is kept in the session, whatever page is drawn in between.

No number has bounds: beyond them, a browser sends nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from medrnn.ui.state import session

NARROW = 104  # pixels of a field for a number


def _begin(key: str, value: Any) -> Any:
    return session().form.get(key, value)


def _keep(key: str, value: Any) -> Any:
    session().form[key] = value
    return value


def number(label: str, value: float, key: str, *, width: int = NARROW, **look: Any) -> Any:
    """A number of the kind of ``value``, which it has at first."""
    return _keep(key, st.number_input(label, value=_begin(key, value), key=key, width=width, **look))


def toggle(label: str, value: bool, key: str, **look: Any) -> bool:
    """Yes or no."""
    return bool(_keep(key, st.toggle(label, _begin(key, value), key=key, **look)))


def text(label: str, value: str, key: str, **look: Any) -> str:
    """A line of text."""
    return str(_keep(key, st.text_input(label, _begin(key, value), key=key, **look)))


def slider(label: str, most: float, value: float, key: str, *, least: float = 0.0, **look: Any) -> float:
    """A number from ``least`` to ``most``."""
    begun = min(max(float(_begin(key, value)), least), most)
    return float(_keep(key, st.slider(label, least, most, begun, key=key, **look)))


def pills(
    label: str, options: Sequence[str], value: str, words: Mapping[str, str], key: str, help: str
) -> str:
    """One of a few that stand beside each other; ``value`` where it is one of them, else the first."""
    key = f"{key}-{'-'.join(options)}"
    begun = _begin(key, value)
    chosen = st.pills(
        label,
        options,
        default=begun if begun in options else options[0],
        format_func=words.__getitem__,
        required=True,
        wrap=True,
        key=key,
        help=help,
    )
    return str(_keep(key, chosen))


def choice(
    label: str, options: Sequence[Any], value: Any, words: Mapping[Any, str], key: str, help: str
) -> Any:
    """One of a list, named with a capital; ``value`` where it is one of them, else the first."""
    key = f"{key}-{'-'.join(map(str, options))}"
    begun = _begin(key, value)
    at = options.index(begun) if begun in options else 0
    titles = {one: words[one][:1].upper() + words[one][1:] for one in options}
    chosen = st.selectbox(label, options, at, format_func=titles.__getitem__, key=key, help=help)
    return _keep(key, chosen)
