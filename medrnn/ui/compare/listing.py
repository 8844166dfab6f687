"""A table of images with their answers: a click shows one large and leads to any page."""

import hashlib
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from medrnn.ui import address, look
from medrnn.ui.foreign import shown
from medrnn.ui.state import Session
from medrnn.ui.study.naming import Opened

if TYPE_CHECKING:
    from medrnn.datasets import Dataset

MOST = 2_000  # rows that travel to the browser
ROW, HEIGHT = 46, 370  # pixels of a row, and of the whole table at most
PAGES = {  # where a chosen image can be opened
    "read": ("Read", "view_stream"),
    "memory": ("Memory", "grid_on"),
    "map": ("Map", "layers"),
    "open": ("Open", "folder_open"),
}


def table(rows: Sequence[dict[str, Any]], key: str, columns: dict[str, Any]) -> int | None:
    """Draw rows; the place of the one that was clicked, None before a click.

    Args:
        rows: one an image, the same columns each.
        key: of the widget; other rows make another one, so that no click outlives them.
        columns: how columns are drawn, as ``st.dataframe`` takes it.
    """
    if not rows:
        st.info(
            "No image here. Choose another filter, or empty the search.", icon=":material/filter_alt_off:"
        )
        return None
    sent = list(rows[:MOST])
    name = hashlib.sha256(repr([sorted(row.items()) for row in sent]).encode()).hexdigest()[:16]
    picked = st.dataframe(
        sent,
        hide_index=True,
        row_height=ROW,
        height=min(HEIGHT, ROW * (len(sent) + 1) + 2),
        on_select="rerun",
        selection_mode=["single-row", "single-cell"],
        key=look.sized(f"{key}-{name}"),
        column_config=columns,
        placeholder="",
    ).selection
    if len(rows) > MOST:
        st.caption(f"The first {MOST:,} of {len(rows):,} are shown; the CSV file holds all.")
    places = [*picked.rows, *(row for row, _ in picked.cells)]
    return next((k for k in places if 0 <= k < len(sent)), None)


def ways(key: str, open_study: Callable[[], None], name: str) -> None:
    """A button for each page that can show the chosen image.

    Args:
        key: of the buttons.
        open_study: makes it the study in view.
        name: what it is called.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for page, (title, icon) in PAGES.items():
            if st.button(
                title,
                key=f"{key}-{page}",
                icon=f":material/{icon}:",
                help=f"Make {shown(name, 80)} the image in view and go to the page {title}",
            ):
                open_study()
                address.go(page)


def take(state: Session, data: "Dataset", models: Sequence[str], index: int) -> None:
    """A test image as the study in view, read by a model whose answer was looked at.

    Args:
        state: of the visitor.
        data: a set whose images may be shown.
        models: ids; the first is used where the one in use is none of them.
        index: of the image in the test split, from 0.
    """
    from medrnn.datasets.as_study import as_study, outline_of

    study = as_study(data, index)
    state.add(study, opened=Opened(time.time()))
    if mask := outline_of(data, index, study):
        state.masks[study.key] = mask
    state.from_sets[study.key] = data.classes[int(data.test.labels[index])]
    if state.model not in models:
        state.use_model(models[0])
