"""Do the maps agree, and where do they differ."""

import numpy as np
import streamlit as st

from medrnn import plots
from medrnn.config.what import named
from medrnn.explanation.evidence.agreement import Agreement, agree
from medrnn.ui import figure, parts
from medrnn.ui.compare.seats import Seat
from medrnn.ui.foreign import shown


def _sentence(found: Agreement, titles: list[str]) -> str:
    """The least and the most alike pair."""
    count = len(titles)
    pairs = [(found.overlap[a, b], a, b) for a in range(count) for b in range(a)]
    pairs = [pair for pair in pairs if not np.isnan(pair[0])]
    if not pairs:
        return "These maps have one value only, so there is nothing in which they could agree."
    least, a, b = min(pairs)
    words = (
        f"The strongest tenth of the pixels of **{shown(titles[b])}** and **{shown(titles[a])}** has "
        f"{100 * least:.0f} % in common; with the pixels of both in random order it would be "
        f"{100 * found.chance[a, b]:.0f} %."
    )
    if count > 2:
        most, c, d = max(pairs)
        words += f" The most alike, {shown(titles[d])} and {shown(titles[c])}, have {100 * most:.0f} %."
    return words


def _apart(seats: list[Seat]) -> str:
    """Why these maps cannot be laid over each other; empty where they can."""
    series = [seat for seat in seats if seat.reading.config.is_series]
    if not series:
        return ""
    if len(series) < len(seats):
        return "These maps cannot be laid over each other: one is of the slices of a series, another of one image."
    if len({seat.reading.config.size for seat in seats}) > 1:
        return "These maps cannot be laid over each other: these series are read in slices of unlike number or size."
    is_same_study = len({seat.study.key for seat in seats}) == 1
    if is_same_study and len({(frozenset(s.reading.frames), s.reading.crop) for s in seats}) > 1:
        return (
            "These maps cannot be laid over each other: they are of other slices, or of another part of them."
        )
    return ""


def view(seats: list[Seat], method: str, baseline: str, *, is_same: bool) -> None:
    """Agreement of every pair of maps, and each map less the first.

    Args:
        seats: whose maps.
        method: of the maps.
        baseline: likewise.
        is_same: all are of one image; else a pixel of one is no place of the other.
    """
    if len(seats) < 2:
        return
    st.subheader("Do the maps agree?", anchor=False)
    if said := _apart(seats):
        st.caption(said)
        return
    maps = [seat.map(method, seat.class_like(seats[0]), baseline).values for seat in seats]
    titles, inferences = [seat.title for seat in seats], [seat.inference for seat in seats]
    found, dark = agree(maps), parts.is_dark()
    st.markdown(_sentence(found, titles))
    if not is_same:
        st.caption(
            named(
                "The images are not laid over each other: the same pixel is another place of the body.",
                seats[0].reading.config,
            )
        )
    said = "; ".join(
        f"{titles[b]} and {titles[a]} {found.rank[a, b]:.2f}" for a in range(len(maps)) for b in range(a)
    )
    matrix = plots.agreement_matrix(found.rank, titles, dark=dark)
    alt = f"Rank correlation of the maps: {said}."
    figure.draw(matrix, "agreement", alt, place="compare", inferences=inferences)
    differences = plots.difference_maps(found.differences[1:], dark=dark)
    most = 100 * float(np.abs(found.differences).max())
    alt = (
        f"Every map less that of {titles[0]}, in shares of the whole map, at most {most:.2f} percent a pixel."
    )
    figure.draw(differences, "difference", alt, place="compare", inferences=inferences)
    st.caption(
        "Above: Spearman's rank correlation of all pixels, 1 for the same order, 0 for none. Below: each map less the "
        "first one, by the numbers above; each counts as "
        "100 %, so models with larger scores do not look stronger. Maps that agree may still both be wrong, and models "
        "that give the same answer may look at different places."
    )
