"""Lesson 5 on screen: the equations of one GRU unit in both conventions of z, and both places where r acts."""

from collections.abc import Mapping

import streamlit as st

from medrnn.lessons.gru import MODEL, RIGHT, TwoForms, two_forms
from medrnn.lessons.lesson import Lesson
from medrnn.plots.lessons import gates as plots
from medrnn.ui import cached, parts
from medrnn.ui.learn import figure, gates, knobs
from medrnn.ui.learn.question import ask

PICTURES = {"zr": ("gate, from 0 to 1", "gates"), "nh": ("candidate and state", "states")}


def view(lesson: Lesson) -> None:
    """Gates and state of one unit first; the two forms and a gate held by hand once the question is answered."""
    st.markdown(
        "The update gate $z$ mixes the old state with a candidate $n$; the reset gate $r$ says how much of the past "
        "the candidate sees. Texts disagree about the names, and some call the share that is **kept** $z$:"
    )
    chosen = gates.choose(lesson)
    found = gates.read(lesson, MODEL, chosen.image, gates.setting_of(lesson))
    st.latex(equation(gates.of_unit(found, chosen), chosen.step + 1))
    gates.show_gates(lesson, found, chosen, PICTURES)
    st.caption(
        f"First layer of {MODEL}, 128 units, computed by the written equations from its weights; pictures show z in "
        "its usual meaning, the share that is new."
    )
    if ask(lesson):
        _forms(lesson, chosen)
        setting = str(knobs.pick(lesson, "set"))
        gates.show_held(lesson, MODEL, chosen, setting, RIGHT)


def equation(at: Mapping[str, float], step: int) -> str:
    """The state of a unit at a step in both conventions of z, filled with its numbers, as KaTeX.

    Args:
        at: gates and states by symbol, and ``h-before``.
        step: counted from 1.
    """
    new, before = at["z"], at["h-before"]
    old, candidate = (
        rf"\underbrace{{h_{{{step - 1}}}}}_{{{before:.3f}}}",
        rf"\underbrace{{n}}_{{{at['n']:.3f}}}",
    )
    total = rf"{(1 - new) * before:.3f} {new * at['n']:+.3f} = {at['h']:.3f}"
    return (
        r"\begin{aligned} "
        rf"\text{{z is new: }} h_{{{step}}} &= (1 - \underbrace{{z}}_{{{new:.3f}}}) \cdot {old} "
        rf"+ z \cdot {candidate} \\ "
        rf"\text{{z is kept (torch): }} h_{{{step}}} &= \underbrace{{z}}_{{{1 - new:.3f}}} \cdot {old} "
        rf"+ (1 - z) \cdot {candidate} \\ \text{{both: }} h_{{{step}}} &= {total}, \quad r = {at['r']:.3f} "
        r"\end{aligned}"
    )


def _forms(lesson: Lesson, chosen: gates.Choice) -> None:
    """Torch's form of n and the usual one, with the measured difference."""
    found: TwoForms = cached.of_lesson(
        lesson.id, "forms", chosen.image, make=lambda: two_forms(gates.network(MODEL), chosen.image)
    )
    st.latex(
        r"\begin{aligned} \text{usual: } n &= \tanh(W x_t + b + U\,(r \odot h_{t-1}) + b') \\"
        r"\text{torch: } n &= \tanh(W x_t + b + r \odot (U\,h_{t-1} + b')) \end{aligned}"
    )
    one, other = (int(p.argmax()) for p in found.answers)
    apart = ", ".join(f"{value:.2f}" for value in found.apart)
    said = (
        f"Same weights, same image: the states differ by up to {apart} in layers 1, 2 and 3. The answer is **{one}** "
        f"({100 * found.answers[0].max():.2f} %) in torch's form and **{other}** "
        f"({100 * found.answers[1].max():.2f} %) in the usual one."
    )
    st.markdown(said)
    figure.show(
        plots.two_forms(
            found.torch[:, chosen.unit], found.usual[:, chosen.unit], chosen.step, dark=parts.is_dark()
        ),
        "gru-forms",
        f"h of unit {chosen.unit} in both forms. {said.replace('**', '')}",
    )
