"""Every test image with its label and answers: search, filter, order, a click that opens it."""

from typing import Any

import streamlit as st

from medrnn.compare.figures import Comparison
from medrnn.compare.selecting import FILTERS, ORDERS, select
from medrnn.models.class_names import name_class, name_classes
from medrnn.ui import cached
from medrnn.ui.compare import listing
from medrnn.ui.compare.set_choices import Chosen
from medrnn.ui.foreign import plain, shown
from medrnn.ui.state import Session, bound, session

LARGE = 180  # pixels of the chosen image


def choose() -> tuple[str, str, str]:
    """The filter, the order and what is searched for."""
    left, middle, right = st.columns([5, 3, 3], gap="medium", vertical_alignment="bottom")
    with left:
        which = bound(
            st.segmented_control,
            "Show",
            list(FILTERS),
            "listed",
            format_func=lambda name: FILTERS[name].title,
            required=True,
            wrap=True,
            help=" ".join(f"{one.title}: {one.about}." for one in FILTERS.values()),
        )
    with middle:
        order = bound(
            st.selectbox,
            "Order",
            list(ORDERS),
            "sorted_by",
            format_func=lambda name: ORDERS[name].title,
            help="Which stand on top; a press on a column's head orders by that column instead.",
        )
    with right:
        text = st.text_input(
            "Search",
            key="compare__search",
            placeholder="a class, a group or a number",
            max_chars=60,
            help="Those whose label, answer or group has this in its name, or that of this number.",
        )
    return which, order, text


def rows_of(found: Comparison, chosen: list[int], pictures: tuple[str, ...]) -> list[dict[str, Any]]:
    """One row an image; numbers count from 1.

    Args:
        found: the comparison.
        chosen: indices of images, in the order of display.
        pictures: of every image, as addresses that hold them.
    """
    compared = found.compared
    names = [plain(name) for name in name_classes(compared.classes)]
    right, agrees = compared.all_right, compared.agrees
    rows, picture = [], compared.named("Image")
    for k in chosen:
        row: dict[str, Any] = {picture: pictures[k], "Number": k + 1, "Label": names[int(compared.labels[k])]}
        for m, one in enumerate(compared.models):
            answer = int(one.answers[k])
            row[plain(one.model)] = names[answer] + ("" if right[m, k] else ", wrong")
            row[f"p {plain(one.model)}"] = 100 * float(one.probabilities[k, answer])
        row["Agree"] = bool(agrees[k])
        for title, groups in compared.metadata.groups.items():
            row[title] = str(groups[k])
        rows.append(row)
    return rows


def _columns(found: Comparison) -> dict[str, Any]:
    columns: dict[str, Any] = {
        found.compared.named("Image"): st.column_config.ImageColumn(width=64),
        "Number": st.column_config.NumberColumn(width=76, help="In the test part, counted from 1"),
        "Agree": st.column_config.CheckboxColumn(help="All models give the same answer", width=70),
    }
    for one in found.compared.models:
        name = plain(one.model)
        columns[f"p {name}"] = st.column_config.NumberColumn(
            "p", format="%.1f %%", width=70, help=f"Of the answer of {name}"
        )
    return columns


def take(state: Session, chosen: Chosen, index: int) -> None:
    """A test image as the study in view, read by a model that was compared.

    Args:
        state: of the visitor.
        chosen: the set and the models.
        index: of the image, from 0.
    """
    listing.take(state, chosen.data, [card.id for card in chosen.cards], index)


def _chosen(found: Comparison, chosen: Chosen, index: int, picture: str) -> None:
    """The clicked image large, what is said of it, and the ways on."""
    from medrnn.datasets.as_study import title_of

    compared, title = found.compared, title_of(chosen.data, index)
    left, right = st.columns([1, 4], gap="medium")
    with left:
        st.html(
            f'<img src="{picture}" alt="The chosen image" style="width:{LARGE}px;max-width:100%;'
            'image-rendering:pixelated;border-radius:8px">'
        )
    with right:
        st.markdown(f"**{shown(title[:1].upper() + title[1:])}**")
        for one in compared.models:
            answer = compared.classes[int(one.answers[index])]
            p = 100 * float(one.probabilities[index].max())
            wrong = (
                "" if int(one.answers[index]) == int(compared.labels[index]) else ", which is not the label"
            )
            st.caption(
                f"{shown(one.model)} answers {shown(name_class(answer, compared.classes))} {p:.1f} %{wrong}."
            )
        listing.ways("compare__go", lambda: take(session(), chosen, index), title)


def section(found: Comparison, chosen: Chosen) -> None:
    """The table and what was clicked in it."""
    named = found.compared.named
    st.subheader(
        named("Every image"),
        anchor=False,
        help=named(
            "Click a row: the image is shown below and opens on any page. Look at those that all models get wrong: is "
            "the label right?"
        ),
    )
    which, order, text = choose()
    picked = select(found.compared, which, order, text).tolist()
    pictures = cached.set_pictures(chosen.data.name)
    st.caption(
        f"{len(picked):,} of {len(found.compared):,} {named('images')}. Click one to see it below the table "
        "and to open it."
    )
    place = listing.table(
        rows_of(found, picked[: listing.MOST + 1], pictures), "compare__images", _columns(found)
    )
    if place is not None:
        _chosen(found, chosen, picked[place], pictures[picked[place]])
