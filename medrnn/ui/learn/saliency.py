"""Lesson 12 on screen: a map against the map of chance weights, and the lean of gradients on noise."""

import streamlit as st

from medrnn.lessons.lesson import Lesson
from medrnn.lessons.saliency import DRAWS, MODEL, NOISE, Checked, check, last_quarter
from medrnn.plots.lessons import saliency as plots
from medrnn.ui import cached, parts
from medrnn.ui.foreign import shown
from medrnn.ui.learn import figure, knobs
from medrnn.ui.learn.question import ask


def view(lesson: Lesson) -> None:
    """The maps first; the lean once the question is answered."""
    top, picture = st.container(horizontal=True, gap="medium"), st.container()
    film = str(knobs.pick(lesson, "film"))  # below the maps, so that they begin higher
    with top:
        method = str(knobs.pick(lesson, "method"))
        what = str(knobs.pick(lesson, "randomised"))
    found = _check(lesson, film, method, what)
    spread = f"{found.correlations.min():.2f} to {found.correlations.max():.2f}"
    said = (
        f"p({shown(found.answer)}) is {found.before:.1%} trained and {found.after:.1%} with chance weights. Rank "
        f"correlation of both maps: {found.correlations.mean():.2f} ({spread} over {DRAWS} draws)."
    )
    with picture:
        figure.show(
            plots.maps(found, dark=parts.is_dark()),
            "saliency-maps",
            f"The film, the map of the trained network and that of chance weights. {said}",
        )
        st.caption(
            f"{said} 1 is the same order of all pixels, 0 is none. The network {MODEL}; chance weights as torch begins "
            "them, seeds 0 to 4, of which the first is drawn. Sensitive to, not where a finding is."
        )
    if ask(lesson):
        _reveal(found)


def _check(lesson: Lesson, film: str, method: str, what: str) -> Checked:
    card = cached.cards()[MODEL]
    return cached.of_lesson(
        lesson.id, film, method, what, make=lambda: check(cached.model(card, "cpu"), card, film, method, what)
    )


def _reveal(found: Checked) -> None:
    said = (
        f"On noise {last_quarter(found.lean):.0%} of the trained network's saliency lies on the last quarter of the "
        f"rows, with the chosen weights left to chance {last_quarter(found.lean_other):.0%}; 25 % would be even."
    )
    figure.show(plots.lean(found, dark=parts.is_dark()), "saliency-lean", said)
    st.caption(
        f"{said} Mean over {NOISE} images of uniform noise, which has nothing on any row more than on others."
    )
