"""One class against the rest: both curves, one threshold for them, and the threshold that costs ask for."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from medrnn import plots
from medrnn.config.what import named
from medrnn.evaluation.outcome import Outcome
from medrnn.evaluation.thresholds import STEPS, Rates, cheapest, predictive, rates_at
from medrnn.models.cards import Card
from medrnn.models.class_names import name_classes
from medrnn.ui import address, cached, figure, parts
from medrnn.ui.after import chosen, parts_of, words
from medrnn.ui.foreign import plain, shown
from medrnn.ui.model_files import called

COSTS = {
    "0.02": "1/50", "0.05": "1/20", "0.1": "1/10", "0.2": "1/5", "0.5": "1/2", "1": "1", "2": "2", "5": "5",
    "10": "10", "20": "20", "50": "50",
}  # fmt: skip
COMMON = {
    "": "as common as here", "0.001": "0.1 %", "0.005": "0.5 %", "0.01": "1 %", "0.02": "2 %", "0.05": "5 %",
    "0.1": "10 %", "0.2": "20 %", "0.3": "30 %", "0.5": "50 %", "0.7": "70 %",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Class:
    """The class in view.

    Attributes:
        k: its place.
        name: as people read it.
        scores, is_class: (image,) of the test images.
    """

    k: int
    name: str
    scores: np.ndarray
    is_class: np.ndarray


def _choose(card: Card, found: Outcome) -> Class | None:
    """Of two classes the second, else the one that is chosen among those that are there; None where one is alone."""
    names = name_classes(found.classes)
    there = [k for k in range(len(names)) if 0 < (found.test.labels == k).sum() < len(found.test)]
    if not there:
        return None
    k = there[-1]
    if len(names) > 2:
        k = chosen.bound(
            st.selectbox,
            "Class against the rest",
            there,
            "target",
            card.id,
            format_func=lambda one: plain(names[one], 60),
            help="Curves, threshold and rates are of this class against all others.",
        )
    return Class(k, names[k], *found.test.of_class(k))


def _propose(card: Card, found: Outcome, one: Class) -> tuple[float, str, float]:
    """The threshold that costs ask for, on which images, and how common the class is."""
    say = partial(named, reading=card.config.reading)
    left, right = st.columns(2, gap="medium")
    with left:
        cost = chosen.bound(
            st.select_slider,
            "A miss costs, in false alarms",
            list(COSTS),
            "cost",
            card.id,
            format_func=COSTS.__getitem__,
            help=say(
                "10: an image of the class that is missed is as bad as ten others that are called so. The proposed "
                "threshold has the least expected cost; look at what it leaves of the specificity."
            ),
        )
    with right:
        common = chosen.bound(
            st.selectbox,
            "How common the class is",
            list(COMMON),
            "prevalence",
            card.id,
            format_func=COMMON.__getitem__,
            help="Where the model is to be used. Sensitivity and specificity stay, what a call is worth does not: if "
            "a class is rare, most calls are false alarms.",
        )
    prevalence = float(common) if common else float(one.is_class.mean())
    answers, where = found.test, say("these same test images, which flatters a little")
    if found.val is not None and 0 < (found.val.labels == one.k).sum() < len(found.val):
        answers, where = found.val, say("the validation images, not on these")
    scores, is_class = answers.of_class(one.k)
    return cheapest(scores, is_class, ratio=float(cost), prevalence=prevalence), where, prevalence


def _slider(card: Card, one: Class, proposed: float) -> None:
    """The one threshold, in thousandths; and the press that takes the proposed one."""
    choices, key = chosen.of(card.id), f"after__threshold-{one.k}-{card.id}"
    now = choices.thresholds.get(one.k, chosen.MIDDLE)
    st.session_state[key] = 100 * now / STEPS

    def keep() -> None:
        choices.thresholds[one.k] = round(st.session_state[key] * STEPS / 100)

    def take() -> None:
        choices.thresholds[one.k] = round(proposed * STEPS)

    left, right = st.columns([5, 2], gap="medium", vertical_alignment="bottom")
    left.slider(
        f"Threshold of {shown(one.name, 60)}",
        0.0,
        100.0,
        step=0.1,
        format="%.1f %%",
        key=key,
        on_change=keep,
        help=named(
            "An image is called so where its probability is at least that. Move it: the point moves on both curves, "
            "and what you win on one side you lose on the other.",
            card.config.reading,
        ),
    )
    right.button(
        f"Take {100 * proposed:.1f} %",
        key=f"after__take-{card.id}",
        on_click=take,
        icon=":material/tune:",
        disabled=round(proposed * STEPS) == now,
        help="The threshold with the least expected cost.",
    )


@st.fragment
def section(card: Card, found: Outcome, picture: str) -> None:
    """Controls, the sentence, both curves, and the groups at this threshold."""
    st.subheader(
        "At a threshold",
        anchor=False,
        help="ROC: what is found against what is called in vain. Precision-recall: how many calls are right. Both come "
        "from the same probabilities; the mark is the threshold, its bars are 95 % intervals.",
    )
    one = _choose(card, found)
    if one is None:
        said = "All test images have the same label, so nothing can be told apart from the rest."
        st.caption(named(said, card.config.reading))
        return
    proposed, where, prevalence = _propose(card, found, one)
    _slider(card, one, proposed)
    at = chosen.of(card.id).thresholds.get(one.k, chosen.MIDDLE)
    rates = rates_at(one.scores, one.is_class, at / STEPS)
    st.markdown(shown(words.at_threshold(rates)))
    st.caption(shown(words.counted(rates, plain(one.name, 60), card.config.reading)))
    common = chosen.of(card.id).prevalence
    if common:
        rated = predictive(rates, prevalence)
        st.caption(shown(words.at_prevalence(rated, COMMON[common], card.config.reading)))
    st.caption(f"The proposed threshold of {100 * proposed:.1f} % has the least cost on {where}.")
    address.amend("threshold", **chosen.shared(card))
    _curves(card, found, one, rates, picture)
    parts_of.groups(card, found, one.k, rates)


def _curves(card: Card, found: Outcome, one: Class, rates: Rates, picture: str) -> None:
    row, name = found.rows[one.k], plain(one.name, 60)
    at = f"at {100 * rates.threshold:.1f} percent"
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(f"**ROC curve, {shown(name)} against the rest**")
        said = f"AUC {words.number(row.auc)}"
        both = (
            f"sensitivity {words.percent(rates.sensitivity)}, specificity {words.percent(rates.specificity)}"
        )
        drawn = _drawn("roc", plots.roc_point, card, one, rates, said)
        alt = f"ROC curve of {name}: {said}; {at} {both}"
        figure.draw(drawn, f"roc-{called(card)}", alt, place="after", picture=picture)
    with right:
        st.markdown(f"**Precision-recall curve of {shown(name)}**")
        said = f"AP {words.number(row.ap)}"
        drawn = _drawn("precision-recall", plots.precision_recall_point, card, one, rates, said)
        alt = f"Precision-recall curve of {name}: {said}; {at} precision {words.percent(rates.ppv)}"
        figure.draw(drawn, f"precision-recall-{called(card)}", alt, place="after", picture=picture)


def _drawn(kind: str, plot: Callable[..., Any], card: Card, one: Class, rates: Rates, said: str) -> Any:
    dark = parts.is_dark()
    make = partial(plot, one.scores, one.is_class, rates, said, dark=dark)
    return cached.of_outcome(kind, card, one.k, rates.threshold, dark, make=make)
