"""Pictures that come twice, or nearly: beside each other, with the splits in which they stand."""

from typing import Any

import streamlit as st

from medrnn.datasets.examine import Examined, Pair
from medrnn.datasets.records import Dataset
from medrnn.models.class_names import name_class
from medrnn.plots.data import WORDS
from medrnn.ui.compare import listing
from medrnn.ui.data.wall import look_at
from medrnn.ui.foreign import plain

MOST = 200  # pairs that are listed
KINDS = {"all": "All", "leaks": "In two splits", "same": "The same picture", "conflicts": "Under two labels"}


def _is_meant(kind: str, pair: Pair) -> bool:
    if kind == "leaks":
        return pair.is_leak
    if kind == "conflicts":
        return pair.is_same and not pair.has_same_label
    return kind == "all" or pair.is_same


def _row(data: Dataset, pair: Pair) -> dict[str, Any]:
    from medrnn.datasets.as_study import as_address

    row: dict[str, Any] = {}
    for title, split, place in zip(("First", "Second"), pair.splits, pair.places, strict=True):
        part = getattr(data, split)
        name = plain(name_class(data.classes[int(part.labels[place])], data.classes), 40)
        row[title] = as_address(part.images[place])
        row[f"{title} is"] = f"{WORDS[split]} {place + 1}, {name}"
    return row | {"Likeness": pair.likeness, "What": "the same" if pair.is_same else "nearly the same"}


def section(data: Dataset, name: str, found: Examined) -> None:
    """The pairs, where there are any.

    Args:
        data: the set.
        name: as ``load_dataset`` takes it.
        found: what was found in it.
    """
    if not found.pairs:
        return
    st.subheader(
        "Pictures that come twice",
        anchor=False,
        help="Told by every pixel, or by the correlation of 16 x 16 block means from .99 on. A picture that stands in "
        "train and in test makes the test worth nothing; simple pictures, such as digits, are alike by nature.",
    )
    kind = st.segmented_control(
        "Show",
        list(KINDS),
        default="leaks" if found.leaks else "all",
        format_func=KINDS.__getitem__,
        required=True,
        wrap=True,
        key=f"data__pairs-kind-{name}",
        help="In two splits: one was learnt from, the other measures. Under two labels: one of them is wrong.",
    )
    picked = [pair for pair in found.pairs if _is_meant(str(kind), pair)]
    st.caption(
        f"{len(picked):,} of {len(found.pairs):,} pairs"
        + (f", the first {MOST} are shown; the report holds all." if len(picked) > MOST else ".")
        + " Click one to look at its pictures."
    )
    columns = {
        "First": st.column_config.ImageColumn(width=64),
        "Second": st.column_config.ImageColumn(width=64),
        "Likeness": st.column_config.NumberColumn(format="%.3f", width=80, help="Correlation of block means"),
    }
    place = listing.table([_row(data, pair) for pair in picked[:MOST]], "data__pairs", columns)
    if place is not None:
        pair = picked[place]
        with st.container(horizontal=True):
            for k, (split, index) in enumerate(zip(pair.splits, pair.places, strict=True)):
                st.button(
                    f"Look at {WORDS[split]} {index + 1}",
                    key=f"data__pair-{k}",
                    on_click=look_at,
                    args=[data, name, split, index],
                    icon=":material/image_search:",
                    help="Shows it beside the pictures above.",
                )
