"""The figures of several models on a data set: table, curves, tests, groups."""

import streamlit as st

from medrnn import plots
from medrnn.compare.figures import Comparison
from medrnn.compare.rows import figure_rows, group_rows, pair_rows
from medrnn.compare.words import (
    draws_sentence,
    groups_sentence,
    pair_sentences,
    tests_sentence,
    time_sentence,
)
from medrnn.evaluation.figures import FIGURES
from medrnn.models.class_names import name_class
from medrnn.ui import figure, parts
from medrnn.ui.foreign import plain, shown
from medrnn.ui.state import bound
from medrnn.ui.tables import small

MOST_TOLD = 3  # pairs of which every test is told in a sentence; of more those that find a difference


def table(found: Comparison) -> None:
    """Every figure of every model with its interval, and how the intervals were made."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader("Figures", anchor=False, width="content", help=_explain())
    small(figure_rows(found), "Every figure of every model, with its 95 % interval")
    st.caption(shown(f"{draws_sentence(found)} {time_sentence(found)}"))
    strangers = [m.model for m in found.compared.models if m.learnt_from != found.compared.data]
    if strangers:
        st.caption(
            f"{shown(', '.join(strangers))} learnt from another set; nobody checked whether these "
            f"{found.compared.named('images')} were in it."
        )


def _explain() -> str:
    return "\n\n".join(f"**{one.title}** {one.about}" for one in FIGURES.values())


def charts(found: Comparison) -> None:
    """ROC curves beside what accuracy costs."""
    dark, compared = parts.is_dark(), found.compared
    left, right = st.columns(2, gap="medium", vertical_alignment="bottom")
    name = plain(name_class(compared.classes[found.target], compared.classes))
    areas = ", ".join(
        f"{plain(m.model)} {area}" for m, area in zip(compared.models, _areas(found), strict=True)
    )
    with left:
        st.markdown(f"**ROC curves, {shown(name)} against the rest**")
        figure.draw(
            plots.roc_curves(found, dark=dark), "roc", f"ROC curves for {name}: AUC {areas}", place="compare"
        )
    with right:
        against = _choose_cost(found)
        alt = f"Accuracy against cost: {', '.join(_costs(found, against))}"
        figure.draw(plots.accuracy_costs(found, against, dark=dark), "accuracy-cost", alt, place="compare")


def _choose_cost(found: Comparison) -> str:
    """Against what accuracy is drawn."""
    from medrnn.plots.sets import COSTS

    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**Accuracy against**", width="content")
        return bound(
            st.segmented_control,
            "Accuracy against",
            list(COSTS),
            "cost",
            format_func=lambda cost: found.compared.named(COSTS[cost]),
            required=True,
            wrap=True,
            label_visibility="collapsed",
            help="What a model costs: numbers to store, or time for one answer on this machine. Look for a small or "
            "fast one whose interval overlaps with those of the large ones.",
        )


def _areas(found: Comparison) -> list[str]:
    import numpy as np

    from medrnn.evaluation.ranking import area, count

    compared = found.compared
    ones, is_class = np.ones((1, len(compared))), compared.labels == found.target
    return [
        f"{area(count(m.probabilities[:, found.target], is_class, ones))[0]:.3f}" for m in compared.models
    ]


def _costs(found: Comparison, against: str) -> list[str]:
    return [
        f"{plain(m.model)} {100 * (told.values['accuracy'] or 0):.1f} percent at "
        + (f"{m.parameters:,} parameters" if against == "parameters" else f"{m.elapsed_ms:.2f} milliseconds")
        for m, told in zip(found.compared.models, found.measured, strict=True)
    ]


def _list(sentences: list[str]) -> None:
    st.markdown("\n".join(f"- {shown(sentence)}" for sentence in sentences))


def tests(found: Comparison) -> None:
    """Each two models: sentences, and the numbers one press away."""
    st.subheader(
        "Do they differ?",
        anchor=False,
        help="DeLong's test asks whether two AUCs on the same images differ by more than chance; McNemar's whether one "
        "model alone is right more often than the other alone. No evidence of a difference is no evidence that they "
        "are equal: look at the interval.",
    )
    if not found.pairs:
        st.caption("Choose a second model to test whether the two differ.")
        return
    told = [(one, has) for pair in found.pairs for one, has in pair_sentences(found, pair)]
    first = told if len(found.pairs) <= MOST_TOLD else [(one, has) for one, has in told if has]
    rest = len(told) - len(first)
    _list([one for one, _ in first])
    if rest:
        others = "The other" if first else "The"
        st.markdown(f"{others} {rest} tests give no evidence of a difference at n = {len(found.compared):,}.")
    st.caption(shown(tests_sentence(found)))
    with st.expander("Every test in numbers"):
        if rest:
            _list([one for one, has in told if not has])
        small(pair_rows(found), "Both tests of each two models")


def groups(found: Comparison) -> None:
    """The share answered right in each part of the images."""
    st.subheader(
        "Groups",
        anchor=False,
        help="Where a model is worse on one part of the images its overall figures hide it. Wilson's 95 % intervals; "
        "parts were not chosen after a look at the answers.",
    )
    small(group_rows(found), found.compared.named("Share answered right in each group of images, by model"))
    st.caption(groups_sentence(found))
