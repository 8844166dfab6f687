"""Beyond maps: what would turn the answer, and which training images the network takes for alike."""

import copy
import io
from functools import partial
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from medrnn.config.what import named
from medrnn.datasets import is_shipped
from medrnn.models.cards import Card
from medrnn.models.class_names import name_class
from medrnn.models.inference import Inference, TableWriter, table_head
from medrnn.types import Reading
from medrnn.ui import cached, parts, sidebar
from medrnn.ui.foreign import plain, shown
from medrnn.ui.state import bound

if TYPE_CHECKING:
    from medrnn.explanation.beyond.counterfactual import Counterfactual
    from medrnn.explanation.beyond.nearest import Cases, Gallery, Nearest

CASE = "case"
COUNT = 5  # cases
TOWARDS = {
    CASE: "the nearest training image of another class",
    "mean": "the image's mean grey",
    "blur": "the image, blurred",
    "black": "black",
}


def section(card: Card, reading: Reading, inference: Inference) -> None:
    """Both questions; what is closed is not computed.

    Args:
        card: of the model.
        reading: of the image.
        inference: how the answer was made, for the files.
    """
    say = partial(named, reading=reading.config)
    for title, key, draw in (
        ("What would turn the answer?", "turn", _turn),
        (say("Which training images are alike to the network?"), "alike", _alike),
    ):
        fold = st.expander(title, key=f"map__{key}", on_change="rerun")
        if fold.open:
            with fold, parts.guarded():
                draw(card, reading, inference)


def _gallery(card: Card) -> "Gallery":
    bar, device = st.empty(), sidebar.chosen_device()

    def tell(share: float) -> None:
        bar.progress(
            min(1.0, share), named("The network reads its training images once", card.config.reading)
        )

    found = cached.gallery(card, device, tell)
    bar.empty()
    return found


def _turn(card: Card, reading: Reading, inference: Inference) -> None:
    say = partial(named, reading=reading.config)
    options = [name for name in TOWARDS if name != CASE or is_shipped(card.config.data)]
    towards = bound(
        st.selectbox,
        "Replaced by",
        options,
        "towards",
        format_func=lambda name: say(TOWARDS[name].capitalize()),
        help=say(
            "What stands in the place of a step. The same step of a similar image of another class makes a picture "
            "that could be; black makes one that no network has seen."
        ),
    )
    found = _counterfactual(card, reading, towards)
    st.markdown(_said(card, found))
    left, right, _ = st.columns([2, 2, 3])
    for place, values, title in ((left, reading.grid, "As it is"), (right, found.grid, "Changed")):
        with place:
            st.html(_picture(values, title, found if values is found.grid else None))
    st.caption(
        f"Of the steps found no single one can be left out; a smaller set elsewhere is not ruled out ({found.tried} "
        "were replaced before any was put back). It says what this network hangs on, not what a patient would need."
    )
    from medrnn.explanation.export import pack_counterfactual

    st.download_button(
        say("Changed image (NPZ)"),
        lambda: pack_counterfactual(found, reading, inference),
        f"medrnn-counterfactual-{card.id[:40]}-{reading.study_key[:8]}.npz",
        on_click="ignore",
        key="map__turn-file",
        icon=":material/download:",
        help=say("Both images in the network's grid, the steps that were replaced, and both answers."),
    )


def _counterfactual(card: Card, reading: Reading, towards: str) -> "Counterfactual":
    from medrnn.explanation.beyond.counterfactual import find_counterfactual
    from medrnn.explanation.beyond.nearest import nearest_of_another, sequence_of

    device = sidebar.chosen_device()
    gallery = _gallery(card) if towards == CASE else None

    def make() -> "Counterfactual":
        network = copy.deepcopy(cached.model(card, device))  # nobody waits for it
        other: str | np.ndarray = towards
        if gallery is not None:
            row = nearest_of_another(network, card, reading, gallery)
            other = sequence_of(gallery, row, card.config.reading)
        return find_counterfactual(network, card, reading, towards=other)

    return cached.of_reading("counterfactual", card, reading, device, towards, make=make)


def _said(card: Card, found: "Counterfactual") -> str:
    from medrnn.explanation.interventions.numbers import spans

    before, after = (
        f"{shown(name_class(card.classes[int(p.argmax())], card.classes))} {100 * p.max():.1f} %"
        for p in (found.before, found.after)
    )
    if not found.is_found:
        return f"Even with every {found.line} replaced the answer stays {before}."
    count, steps = len(found.steps), len(found.sequence)
    which = spans(found.steps.tolist(), 1)
    line = found.line if count == 1 else f"{found.line}s"
    return (
        f"With **{count} of {steps} {found.line}s** replaced ({line} {which}) the network would say **{after}** "
        f"instead of {before}."
    )


def _picture(values: np.ndarray, title: str, found: "Counterfactual | None" = None) -> str:
    """A picture with its title, as HTML."""
    from medrnn.datasets.as_study import as_address

    image = as_address(np.rint(255 * np.clip(values, 0, 1)).astype(np.uint8))
    more = "" if found is None else f", {len(found.steps)} {found.line}s replaced"
    return (
        f'<figure style="margin:0"><img src="{image}" alt="{escape(title + more)}" '
        f'style="width:100%;max-width:256px;border-radius:8px;image-rendering:pixelated">'
        f"<figcaption>{escape(title + more)}</figcaption></figure>"
    )


def _alike(card: Card, reading: Reading, inference: Inference) -> None:
    from medrnn.explanation.beyond.nearest import find_nearest

    if not is_shipped(card.config.data):
        st.caption("This model learnt from somebody's own data, which are on no page.")
        return
    device, gallery = sidebar.chosen_device(), _gallery(card)

    def make() -> "Nearest":
        network = copy.deepcopy(cached.model(card, device))
        return find_nearest(network, card, reading, gallery, count=COUNT)

    found = cached.of_reading("nearest", card, reading, device, make=make)
    for title, cases, unit in (
        ("By what the network sees", found.by_state, "of its states"),
        ("By the pixels alone", found.by_pixels, "of grey values"),
    ):
        _cases(card, gallery, title, cases, unit)
    st.caption(
        f"{found.shared} of {COUNT} stand in both rows. Where the rows are the same, the network may look at no more "
        f"than the picture's greys. A distance of 1 is what a training {named('image', reading.config)} usually has to "
        "its own nearest one."
    )
    st.download_button(
        "Cases (CSV)",
        lambda: _table(card, found, inference),
        f"medrnn-nearest-{card.id[:40]}-{reading.study_key[:8]}.csv",
        "text/csv",
        on_click="ignore",
        key="map__alike-file",
        icon=":material/download:",
        help="The cases of both rows with their labels, the model's answers and distances.",
    )


def _cases(card: Card, gallery: "Gallery", title: str, cases: "Cases", unit: str) -> None:
    shares = ", ".join(
        f"{shown(name_class(card.classes[k], card.classes))} {100 * cases.shares[k]:.0f} %"
        for k in np.argsort(-cases.shares)
        if cases.shares[k] > 0
    )
    st.markdown(f"**{title}** (distance {unit}): {shares}")
    size, planes = card.config.reading.size, (3,) if card.config.reading.is_colour else ()
    for place, row, label, answer, distance in zip(
        st.columns(COUNT), cases.rows, cases.labels, cases.answers, cases.distances, strict=True
    ):
        picture = gallery.pixels[row].reshape(*size, *planes) / 255
        label_name, answer_name = (plain(name_class(card.classes[k], card.classes)) for k in (label, answer))
        wrong = "" if label == answer else f", answered {answer_name}"
        with place:
            st.html(
                _picture(
                    picture, f"training {row + 1}: {label_name}{wrong}, distance {distance / cases.usual:.2f}"
                )
            )


def _table(card: Card, found: "Nearest", inference: Inference) -> str:
    out = io.StringIO()
    out.write(table_head(inference))
    writer = TableWriter(out)
    writer.writerow(["nearest_by", "training_image_from_1", "label", "answer", "distance", "usual_distance"])
    for name, cases in (("state", found.by_state), ("pixels", found.by_pixels)):
        for row, label, answer, distance in zip(
            cases.rows, cases.labels, cases.answers, cases.distances, strict=True
        ):
            classes = card.classes[label], card.classes[answer]
            writer.writerow([name, row + 1, *classes, f"{distance:.6g}", f"{cases.usual:.6g}"])
    return out.getvalue()
