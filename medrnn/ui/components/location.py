"""The browser's address, written without a new entry in its history.

``st.query_params`` pushes an entry for every change, so that one press of Back was a step of the player and not a page.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

import streamlit as st

from medrnn.ui.components.modules import script

_location = st.components.v2.component("medrnn_location", html="<i hidden></i>", js=script("location.js"))


def write(page: str, others: list[str], values: Mapping[str, str], *, part: str = "") -> None:
    """Put values behind the "?" of the page in view.

    Args:
        page: last part of its path, "" for the first page.
        others: those of the other pages.
        values: by name.
        part: of the page that writes by itself; "" for the whole.
    """
    _location(
        key=f"location-{page}{part and '-'}{part}",
        data={"page": page, "others": others, "query": urlencode(values)},
    )
