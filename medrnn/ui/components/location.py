"""The browser's address, written without a new entry in its history.

``st.query_params`` pushes an entry for every change, so that one press of Back was a step of the player and not a page.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

import streamlit as st

_location = st.components.v2.component(
    "medrnn_location",
    html="<i hidden></i>",
    js="""
export default function ({data, parentElement}) {
  const box = (parentElement.host ?? parentElement).closest("[data-testid=stElementContainer]")
  if (box) box.style.display = "none"                      // nothing to see, so no gap either
  const path = location.pathname.replace(/[/]+$/, "").split("/").pop()
  if (data.page ? path !== data.page : data.others.includes(path)) return   // the reader is on another page already
  const own = [...new URLSearchParams(location.search)].filter(([name]) => /^embed/i.test(name))   // Streamlit's
  const wanted = [data.query, String(new URLSearchParams(own))].filter(Boolean).join("&")
  const query = wanted ? `?${wanted}` : ""
  if (location.search !== query) history.replaceState(history.state, "", location.pathname + query + location.hash)
}
""",
)


def write(page: str, others: list[str], values: Mapping[str, str]) -> None:
    """Put values behind the "?" of the page in view.

    Args:
        page: last part of its path, "" for the first page.
        others: those of the other pages.
        values: by name.
    """
    _location(key=f"location-{page}", data={"page": page, "others": others, "query": urlencode(values)})
