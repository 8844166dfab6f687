"""A small table as text of the page, which grows with it."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from medrnn.ui.foreign import shown


def small(rows: Sequence[Mapping[str, Any]], alt: str) -> None:
    """Draw a few rows; names that are not ours stay text.

    Args:
        rows: with the same columns each.
        alt: what it shows, for those who cannot see it.
    """
    st.table(
        [{shown(name): shown(cell) for name, cell in row.items()} for row in rows],
        border="horizontal",
        hide_index=True,
        alt=alt,
    )
