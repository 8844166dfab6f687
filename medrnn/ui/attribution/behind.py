"""The figures behind the verdicts, each under its question."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from medrnn import plots
from medrnn.config.what import named
from medrnn.models.inference import Inference
from medrnn.ui import figure, parts

if TYPE_CHECKING:
    from medrnn.explanation.evidence.collect import Evidence
    from medrnn.explanation.evidence.curves import Curve

ACROSS = 2  # curves beside each other
CURVES = {"deletion": "Deletion", "insertion": "Insertion", "road": "ROAD"}


def figures(found: "Evidence", inference: Inference) -> None:
    """One question after another; what is closed is not drawn.

    Args:
        found: what was gathered.
        inference: how the answer was made, for the pictures.
    """
    parts_of: list[tuple[str, bool, Callable[[Evidence, Inference], None]]] = [
        ("Does what it marks move the answer?", found.deletion is not None, _curves),
        ("Does it depend on what was learned?", found.randomisation is not None, _randomised),
        ("Do other methods say the same?", found.agreement is not None, _agreement),
        ("Do some steps win whatever is there?", bool(found.time and found.time.shuffled.any()), _steps),
    ]
    for title, is_there, draw in parts_of:
        if is_there:
            fold = st.expander(title, key=f"map__{draw.__name__.strip('_')}", on_change="rerun")
            if fold.open:
                with fold:
                    draw(found, inference)


def _curves(found: "Evidence", inference: Inference) -> None:
    curves = [one for one in (found.deletion, found.insertion, found.road) if one]
    for start in range(0, len(curves), ACROSS):
        for column, curve in zip(st.columns(ACROSS), curves[start : start + ACROSS], strict=False):
            with column:
                st.markdown(f"**{CURVES[curve.kind]}**")
                _curve(curve, inference)
    st.caption(
        "Deletion and ROAD should fall fast, insertion should rise fast. Random orders say what any order does: what "
        "is only as good as they are is chance. Black pixels make pictures that no network has seen; ROAD fills them "
        "from around."
    )


def _curve(curve: "Curve", inference: Inference) -> None:
    from medrnn.explanation.evidence.subject import SCORES

    drawn = plots.perturbation_curve(curve, SCORES[curve.score], dark=parts.is_dark())
    alt = (
        f"{CURVES[curve.kind]}: mean {curve.area:.2f} in the order of the map, {curve.random_areas.mean():.2f} in "
        f"random order; it beats {100 * curve.beaten:.0f} % of the random orders, ties by half."
    )
    figure.draw(drawn, f"evidence-{curve.kind}", alt, place="map", inferences=[inference])


def _randomised(found: "Evidence", inference: Inference) -> None:
    from medrnn.explanation.evidence.verdict import THRESHOLDS

    known, ranks = THRESHOLDS["randomisation"], found.randomisation
    assert ranks is not None
    drawn = plots.randomised_ranks(ranks, known.warns, known.fails, dark=parts.is_dark())
    alt = f"Rank correlation with the map of the trained network, {ranks.whole:.2f} once all weights are random."
    figure.draw(drawn, "evidence-randomisation", alt, place="map", inferences=[inference])
    what = named("image", inference.reading)
    st.caption(
        "Weights are drawn anew from the head down, and stay so; the verdict counts the last bar, with all of them "
        f"random. A map that still looks the same then shows the {what} and not what was learned (Adebayo 2018)."
    )


def _agreement(found: "Evidence", inference: Inference) -> None:
    from medrnn.explanation.attribution.methods import METHODS

    assert found.agreement is not None
    titles = [METHODS[name].title for name in found.methods]
    drawn = plots.agreement_matrix(found.agreement.rank, titles, dark=parts.is_dark())
    first = ", ".join(
        f"{title} {rank:.2f}" for title, rank in zip(titles[1:], found.agreement.rank[0, 1:], strict=True)
    )
    alt = f"Rank correlation of {titles[0]} with other methods: {first}."
    figure.draw(drawn, "evidence-agreement", alt, place="map", inferences=[inference])
    st.caption(
        "Methods ask different questions, so they need not agree; where they do, the finding is less theirs."
    )


def _steps(found: "Evidence", inference: Inference) -> None:
    time = found.time
    assert time is not None
    drawn = plots.step_shares(time, dark=parts.is_dark())
    alt = (
        f"Share of the map on each step. On shuffled steps the last third has {time.late:.2f} times its share, the "
        f"first {time.early:.2f} times."
    )
    figure.draw(drawn, "evidence-steps", alt, place="map", inferences=[inference])
    st.caption(
        "With its steps in random order no step should be favoured, nor on an even grey; the thin line is an even "
        "share. The verdict counts the last third and the first. Where they win whatever is there, the map shows when "
        "something was read and not what it holds (Ismail 2019)."
    )
