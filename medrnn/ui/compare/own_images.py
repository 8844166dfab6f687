"""The table of a visitor's own images: what models answer to each, whether that counts, a click that opens it."""

import time
from typing import Any

import streamlit as st

from medrnn.compare.own import OwnAnswer, OwnImage, agrees
from medrnn.compare.own_table import answers_csv
from medrnn.compare.selecting import MARGIN
from medrnn.models.cards import Card
from medrnn.models.class_names import name_class, name_classes
from medrnn.models.sets import say_set, set_of
from medrnn.ui import sidebar
from medrnn.ui.compare import listing
from medrnn.ui.compare.own_batch import OwnBatch
from medrnn.ui.foreign import plain, shown
from medrnn.ui.state import session
from medrnn.ui.study.naming import Opened

FILTERS = ("All", "Disagree", "Unsure", "Not known", "Unreadable")
LARGE = 180  # pixels of the chosen image


def _answer_words(card: Card, one: OwnAnswer) -> str:
    """The class; in brackets where it means nothing, what is left where that is not one; "none" where there is none."""
    if one.answer is None or one.probabilities is None:
        return "none"
    doubt = say_set(set_of(card, one.probabilities), one.answer, name_classes(card.classes))
    if one.counts and doubt:
        return plain(doubt, 120)
    name = plain(name_class(card.classes[one.answer], card.classes))
    return name if one.counts else f"({name})"


def _name(image: OwnImage) -> str:
    return f"file {image.file}, slice {image.frame + 1}" if image.is_slice else f"file {image.file}"


def rows_of(batch: OwnBatch, cards: list[Card], device: str) -> list[dict[str, Any]]:
    """One row an image that every model has answered; files are called by their place."""
    told = [batch.of(card, device) for card in cards]
    rows = []
    for k, image in enumerate(batch.images[: min(map(len, told), default=0)]):
        answers = [one[k] for one in told]
        row: dict[str, Any] = {
            "Image": batch.pictures[k],
            "File": _name(image),
            "What": plain(image.study.name) if image.study else "not an image that can be read",
        }
        for card, one in zip(cards, answers, strict=True):
            row[plain(card.id)] = _answer_words(card, one)
            row[f"p {plain(card.id)}"] = (
                None if one.probabilities is None else 100 * float(one.probabilities.max())
            )
        row["Verdict"] = ", ".join(
            dict.fromkeys("unreadable" if one.verdict is None else one.verdict.name for one in answers)
        )
        same = agrees(answers, cards)
        row["Agree"] = "" if same is None else "yes" if same else "no"
        rows.append(row)
    return rows


def _is_meant(which: str, row: dict[str, Any], answers: list[OwnAnswer]) -> bool:
    if which == "Disagree":
        return bool(row["Agree"] == "no")
    if which == "Unsure":
        return any(one.counts and _margin(one) < MARGIN for one in answers)
    if which == "Not known":
        return any(one.verdict is not None and not one.counts for one in answers)
    return which == "All" or any(one.verdict is None for one in answers)


def _margin(one: OwnAnswer) -> float:
    assert one.probabilities is not None, "an answer that counts has probabilities"
    ordered: list[float] = sorted(one.probabilities.tolist())
    return ordered[-1] - ordered[-2]


def _open(image: OwnImage, cards: list[Card]) -> None:
    state = session()
    assert image.study is not None, "only what was read can be opened"
    state.add(image.study, opened=Opened(time.time(), file=image.file))
    state.frames[image.study.key] = image.frame
    if state.model not in [card.id for card in cards]:
        sidebar.use_model(cards[0].id)


def _chosen(batch: OwnBatch, k: int, cards: list[Card], device: str) -> None:
    """The clicked image large, what each model says of it and whether that counts, and the ways on."""
    image = batch.images[k]
    left, right = st.columns([1, 4], gap="medium")
    if batch.pictures[k]:
        left.html(
            f'<img src="{batch.pictures[k]}" alt="The chosen image" style="width:{LARGE}px;max-width:100%;'
            'border-radius:8px">'
        )
    with right:
        st.markdown(f"**{shown(_name(image)[:1].upper() + _name(image)[1:])}**")
        for card in cards:
            one = batch.of(card, device)[k]
            if one.probabilities is None or one.answer is None:
                st.caption(f"{shown(card.id)}: {shown(one.reason)}")
                continue
            said = f"{_answer_words(card, one)} {100 * float(one.probabilities.max()):.1f} %"
            st.caption(f"{shown(card.id)}: {shown(said)}. {shown(one.reason)}")
        if image.study is not None:
            listing.ways("compare__own_go", lambda: _open(image, cards), _name(image))


def section(batch: OwnBatch, cards: list[Card], device: str) -> None:
    """Filter, search, table, the chosen image, and the answers as CSV."""
    rows = rows_of(batch, cards, device)
    told = [batch.of(card, device) for card in cards]
    left, right = st.columns([5, 3], gap="medium", vertical_alignment="bottom")
    with left:
        which = st.segmented_control(
            "Show",
            FILTERS,
            default="All",
            required=True,
            wrap=True,
            key="compare__own_show",
            help="Disagree: models that know the image give different answers. Unsure: the two most probable classes "
            "lie less than 20 % apart. Not known: of another kind than a model learnt from, or unlike it by its score.",
        )
    with right:
        text = st.text_input(
            "Search", key="compare__own_search", placeholder="a class, a verdict or a file's number", max_chars=60,
            help="Lines in which this stands.",
        )  # fmt: skip
    words = text.strip().lower()
    picked = [
        k
        for k, row in enumerate(rows)
        if _is_meant(str(which), row, [one[k] for one in told])
        and (not words or words in " ".join(str(v) for n, v in row.items() if n != "Image").lower())
    ]
    st.caption(
        f"{len(picked):,} of {len(batch.images):,} images. An answer in brackets means nothing: see the verdict."
    )
    columns: dict[str, Any] = {"Image": st.column_config.ImageColumn(width=64)}
    for card in cards:
        columns[f"p {plain(card.id)}"] = st.column_config.NumberColumn(
            "p", format="%.1f %%", width=70, help=f"Of the answer of {shown(card.id)}"
        )
    place = listing.table([rows[k] for k in picked], "compare__own", columns)
    if place is not None:
        _chosen(batch, picked[place], cards, device)
    st.download_button(
        "Answers (CSV)",
        lambda: answers_csv(batch.images, cards, told),
        "medrnn-own-images.csv",
        "text/csv",
        on_click="ignore",
        key="compare__own_csv",
        icon=":material/download:",
        help="One line an image and model: verdict, answer, a probability a class. Files by their place, not by name.",
    )
