"""What is asked of a map: by which methods, for which class, against what."""

from dataclasses import dataclass

import streamlit as st

from medrnn.models.cards import Card
from medrnn.models.class_names import name_classes
from medrnn.types import Prediction
from medrnn.ui import address
from medrnn.ui.compare.ids import Ids
from medrnn.ui.foreign import plain
from medrnn.ui.state import bound, session

MOST = 4  # maps beside each other


@dataclass(frozen=True)
class Choices:
    """What is shown.

    Attributes:
        methods: one to ``MOST`` keys of ``METHODS``, the first is the one whose evidence is shown.
        target: a class of the card.
        baseline: a key of ``BASELINES``.
    """

    methods: tuple[str, ...]
    target: str
    baseline: str


def _take(card: Card) -> None:
    """What the address brings."""
    from medrnn.explanation.attribution.baselines import BASELINES
    from medrnn.explanation.attribution.methods import methods_for

    state, methods = session(), methods_for(card)
    if one := address.take("method", methods):
        state.maps = [one]
    if several := address.take("methods", Ids(methods, MOST)):
        state.maps = several.split(",")
    for name, values in (("target", card.classes), ("baseline", BASELINES)):
        setattr(state, name, address.take(name, values) or getattr(state, name))


def _keep(key: str) -> None:
    """The last method stays: a page of maps has one."""
    session().maps = st.session_state[key] or session().maps


def controls(card: Card, prediction: Prediction) -> Choices:
    """The choices, in one row above the maps; an address may bring them."""
    from medrnn.explanation.attribution.baselines import BASELINES
    from medrnn.explanation.attribution.methods import methods_for

    _take(card)
    state, key, methods = session(), "map__methods", methods_for(card)
    state.maps = [name for name in state.maps if name in methods] or ["integrated-gradients"]
    if state.target not in card.classes:
        state.target = card.classes[prediction.answer]
    called = dict(zip(card.classes, name_classes(card.classes), strict=True))
    left, middle, right = st.columns([4, 2, 2])
    with left:
        st.session_state[key] = state.maps
        st.multiselect(
            "Methods",
            list(methods),
            key=key,
            on_change=_keep,
            args=[key],
            max_selections=MOST,
            format_func=lambda name: methods[name].title,
            help="How the maps are computed, up to four beside each other. Methods ask different questions, so look "
            "what they have in common.",
        )
    with middle:
        bound(
            st.selectbox,
            "Class",
            list(card.classes),
            "target",
            format_func=lambda name: plain(called.get(name, name)),
            help="For and against which class the pixels speak.",
        )
    if any(methods[name].has_baseline for name in state.maps):
        with right:
            bound(
                st.selectbox,
                "Baseline",
                list(BASELINES),
                "baseline",
                format_func=lambda name: BASELINES[name].capitalize(),
                help="What the image is compared with. A map that changes much with it says little.",
            )
    return Choices(tuple(state.maps), state.target, state.baseline)


def share(card: Card, choices: Choices) -> None:
    """Keep the choices in the page's address."""
    several = ",".join(choices.methods) if len(choices.methods) > 1 else None
    address.share(
        model=card.id,
        method=choices.methods[0],
        methods=several,
        target=choices.target,
        baseline=choices.baseline,
    )
