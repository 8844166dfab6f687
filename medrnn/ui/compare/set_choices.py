"""What is compared on a data set: the set, the models that fit it, the class, the specificity."""

from dataclasses import dataclass

import streamlit as st

from medrnn.datasets import DATASETS, Dataset
from medrnn.models.cards import Card
from medrnn.models.class_names import name_class
from medrnn.ui import address, cached
from medrnn.ui.compare.ids import Ids
from medrnn.ui.foreign import plain, shown
from medrnn.ui.state import bound, session

MOST, FIRST = 5, 4  # models beside each other; of them at the start
SPECIFICITIES = (80, 85, 90, 95, 98, 99)


@dataclass(frozen=True)
class Chosen:
    """What is to be compared.

    Attributes:
        data: the set.
        cards: at least one model.
        target: index of the class of the ROC curves.
        specificity: 0 to 1.
    """

    data: Dataset
    cards: tuple[Card, ...]
    target: int
    specificity: float


def _choose_data() -> str:
    state = session()
    state.data = address.take("data", DATASETS) or state.data or _data_of_model()
    return bound(
        st.selectbox,
        "Data set",
        list(DATASETS),
        "data",
        format_func=lambda name: f"{DATASETS[name].title} ({name})",
        help="Its test part is answered: images that no shipped model has learnt from. A model knows one size and one "
        "set of classes, so another set means other models.",
    )


def _data_of_model() -> str:
    """The set of the chosen model, where it is shipped; else the first."""
    card = cached.cards().get(session().model)
    return card.data["name"] if card and card.data["name"] in DATASETS else next(iter(DATASETS))


def _keep() -> None:
    session().on_set = st.session_state["compare__on_set"]


def _choose_models(data: Dataset) -> list[Card]:
    from medrnn.compare.sets import who_fits

    state = session()
    fit, left = who_fits(cached.cards().values(), data)
    cards = {card.id: card for card in fit}
    if asked := address.take("models", Ids(cards, MOST)):
        state.on_set = asked.split(",")
    state.on_set = [name for name in state.on_set if name in cards] or list(cards)[:FIRST]
    st.session_state["compare__on_set"] = state.on_set
    st.multiselect(
        f"Models, up to {MOST}",
        list(cards),
        key="compare__on_set",
        max_selections=MOST,
        on_change=_keep,
        format_func=plain,
        help="Models with exactly the classes, the size and the colour of this set. All are measured on the same "
        "images and the same resamples.",
    )
    if left:
        with st.popover(f"{len(left)} models do not fit", type="tertiary", icon=":material/block:"):
            for one in left:
                st.caption(f"{shown(one.card.id)}: {one.say(data)}.")
    return [cards[name] for name in state.on_set]


def _choose_target(data: Dataset) -> int:
    """Of two classes the second one, else the one that is chosen."""
    state = session()
    if len(data.classes) == 2:
        return 1
    if state.target_class not in data.classes:
        state.target_class = data.classes[-1]
    name = bound(
        st.selectbox,
        "Class of the ROC curves",
        list(data.classes),
        "target_class",
        format_func=lambda name: plain(name_class(name, data.classes)),
        help="The curves and DeLong's test are of this class against all the others; AUC, AP and sensitivity in the "
        "table are means over all classes.",
    )
    return data.classes.index(name)


def choose() -> Chosen:
    """The controls; a model at least is chosen, unless none fits."""
    left, middle, right = st.columns([4, 3, 3], gap="medium")
    with left:
        name = _choose_data()
    data = cached.shipped_set(name)[0]
    with middle:
        percent = bound(
            st.select_slider,
            "Specificity",
            SPECIFICITIES,
            "specificity",
            format_func=lambda value: f"{value} %",
            help="The sensitivity in the table is told where so many of the images without the class are left alone. "
            "A dotted line marks it on the ROC curves.",
        )
    with right:
        target = _choose_target(data)
    cards = _choose_models(data)
    return Chosen(data, tuple(cards), target, percent / 100)
