"""What is asked of a map: by which methods, for which class, against what."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from medrnn.config.what import named
from medrnn.datasets import is_shipped
from medrnn.models.cards import Card
from medrnn.models.class_names import name_classes
from medrnn.types import Prediction
from medrnn.ui import address
from medrnn.ui.compare.ids import Ids
from medrnn.ui.foreign import plain
from medrnn.ui.state import bound, session

if TYPE_CHECKING:
    from medrnn.explanation.attribution.method import Method

MOST = 4  # maps beside each other


SEEDS = range(5)
WHOLE = -1  # the answer at the end


@dataclass(frozen=True)
class Choices:
    """What is shown.

    Attributes:
        methods: one to ``MOST`` keys of ``METHODS``.
        target: a class of the card.
        baseline: a key of ``BASELINES``.
        step: whose answer is explained, counted from 0; None for the whole.
        seed: of what is drawn.
    """

    methods: tuple[str, ...]
    target: str
    baseline: str
    step: int | None = None
    seed: int = 0


def _fit(card: Card) -> "dict[str, Method]":
    """The methods that are right for a model."""
    from medrnn.explanation.attribution.methods import methods_for

    return methods_for(card, has_others=is_shipped(card.config.data))


def _take(card: Card, fit: "dict[str, Method]", steps: int) -> None:
    """What the address brings."""
    from medrnn.explanation.attribution.baselines import BASELINES

    state = session()
    if one := address.take("method", fit):
        state.maps = [one]
    if several := address.take("methods", Ids(fit, MOST)):
        state.maps = several.split(",")
    for name, values in (("target", card.classes), ("baseline", BASELINES)):
        setattr(state, name, address.take(name, values) or getattr(state, name))
    if (step := address.take("step", range(steps))) is not None:
        state.map_step = step
    if state.map_step >= steps:
        state.map_step = WHOLE


def _keep(key: str) -> None:
    """The last method stays: a page of maps has one."""
    session().maps = st.session_state[key] or session().maps


def controls(card: Card, prediction: Prediction) -> Choices:
    """The choices, in one row above the maps; an address may bring them."""
    state, fit = session(), _fit(card)
    steps = 0 if prediction.steps is None else len(prediction.steps)
    _take(card, fit, steps)
    state.maps = [name for name in state.maps if name in fit] or ["integrated-gradients"]
    if state.target not in card.classes:
        state.target = card.classes[prediction.answer]
    _methods(fit)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _target(card)
        if any(fit[name].has_baseline for name in state.maps):
            _baseline(card)
        _step(steps)
        if any(fit[name].is_random for name in state.maps) or state.baseline == "noise":
            _seed()
    is_whole = state.map_step == WHOLE
    return Choices(
        tuple(state.maps), state.target, state.baseline, None if is_whole else state.map_step, state.map_seed
    )


def _methods(fit: "dict[str, Method]") -> None:
    key = "map__methods"
    st.session_state[key] = session().maps
    st.multiselect(
        "Methods",
        list(fit),
        key=key,
        on_change=_keep,
        args=[key],
        max_selections=MOST,
        format_func=lambda name: fit[name].title,
        help="How the maps are computed, up to four beside each other: those that are right for this network. Methods "
        "ask different questions, so look what they have in common.",
    )


def _target(card: Card) -> None:
    called = dict(zip(card.classes, name_classes(card.classes), strict=True))
    bound(
        st.selectbox,
        "Class",
        list(card.classes),
        "target",
        format_func=lambda name: plain(called.get(name, name)),
        width=260,
        help="For and against which class the pixels speak.",
    )


def _baseline(card: Card) -> None:
    from medrnn.explanation.attribution.baselines import BASELINES

    bound(
        st.selectbox,
        "Baseline",
        list(BASELINES),
        "baseline",
        format_func=str.capitalize,
        width=160,
        help=named(
            "What the image is compared with; it stands below the image. A map that changes much with it says little.",
            card.config.reading,
        ),
    )


def _step(steps: int) -> None:
    if not steps:
        session().map_step = WHOLE
        return
    bound(
        st.selectbox,
        "Answer",
        [WHOLE, *range(steps)],
        "map_step",
        format_func=lambda step: "At the end" if step == WHOLE else f"After step {step + 1}",
        width=200,
        help="What the network says when reading ends there. Look what it leaned on before it had seen all.",
    )


def _seed() -> None:
    bound(
        st.selectbox,
        "Seed",
        list(SEEDS),
        "map_seed",
        width=100,
        help="Of what is drawn: noise, samples, other images. A map that changes with it is partly chance.",
    )


def share(card: Card, choices: Choices) -> None:
    """Keep the choices in the page's address."""
    several = ",".join(choices.methods) if len(choices.methods) > 1 else None
    address.share(
        model=card.id,
        method=choices.methods[0],
        methods=several,
        target=choices.target,
        baseline=choices.baseline,
        step=None if choices.step is None else choices.step + 1,
    )
