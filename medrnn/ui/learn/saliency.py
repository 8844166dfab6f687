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
    """The map of the trained network first; that of chance weights and the lean once the question is answered."""
    top, picture = st.container(horizontal=True, gap="medium"), st.container()
    film = str(knobs.pick(lesson, "film"))  # below the maps, so that they begin higher
    with top:
        method = str(knobs.pick(lesson, "method"))
        what = str(knobs.pick(lesson, "randomised"))
    found = _check(lesson, film, method, what)
    spread = f"{found.correlations.min():.2f} to {found.correlations.max():.2f}"
    before, after = 100 * found.before, 100 * found.after
    said = (
        f"p({shown(found.answer)}) is {before:.1f} % trained and {after:.1f} % with chance weights. Rank correlation "
        f"of both maps: {found.correlations.mean():.2f} ({spread} over {DRAWS} draws)."
    )
    answered = ask(lesson)
    with picture:
        more = f" and that of chance weights. {said}" if answered else "."
        figure.show(
            plots.maps(found, has_chance=answered, dark=parts.is_dark()),
            "saliency-maps",
            f"The film, the map of the trained network{more}",
        )
        if answered:
            st.caption(
                f"{said} 1 is the same order of all pixels, 0 is none. The network {MODEL}; chance weights as torch "
                "begins them, seeds 0 to 4, of which the first is drawn. Sensitive to, not where a finding is."
            )
    if answered:
        _reveal(found)


def _check(lesson: Lesson, film: str, method: str, what: str) -> Checked:
    card = cached.cards()[MODEL]
    return cached.of_lesson(
        lesson.id, film, method, what, make=lambda: check(cached.model(card, "cpu"), card, film, method, what)
    )


def _reveal(found: Checked) -> None:
    trained, chance = (100 * last_quarter(lean) for lean in (found.lean, found.lean_other))
    said = (
        f"On noise {trained:.0f} % of the trained network's saliency lies on the last quarter of the rows, with the "
        f"chosen weights left to chance {chance:.0f} %; 25 % would be even."
    )
    figure.show(plots.lean(found, dark=parts.is_dark()), "saliency-lean", said)
    st.caption(
        f"{said} Mean over {NOISE} images of uniform noise, which has nothing on any row more than on others."
    )
