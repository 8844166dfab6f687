"""Lesson 4 on screen: the equations of one LSTM unit with live numbers, and a gate held by hand."""

from collections.abc import Mapping

import streamlit as st

from medrnn.lessons.lesson import Lesson
from medrnn.lessons.lstm import MODEL, RIGHT
from medrnn.ui.learn import gates, knobs
from medrnn.ui.learn.question import ask

PICTURES = {"ifo": ("gate, from 0 to 1", "gates"), "gCh": ("candidate and states", "states")}


def view(lesson: Lesson) -> None:
    """Gates and cell of one unit first; the gate held by hand once the question is answered."""
    st.markdown(
        "Each gate is computed like a unit of lesson 2, with weights of its own and a sigmoid in place of tanh. The "
        "cell $C$ is a sum that the gates guard:"
    )
    chosen = gates.choose(lesson)
    found = gates.read(lesson, MODEL, chosen.image, gates.setting_of(lesson))
    st.latex(equation(gates.of_unit(found, chosen), chosen.step + 1))
    gates.show_gates(lesson, found, chosen, PICTURES)
    st.caption(
        f"First layer of {MODEL}, 128 units, computed step by step by the written equations from its weights."
    )
    if ask(lesson):
        setting = str(knobs.pick(lesson, "set"))
        gates.show_held(lesson, MODEL, chosen, setting, RIGHT)


def equation(at: Mapping[str, float], step: int) -> str:
    """Cell and state of a unit at a step, filled with its numbers, as KaTeX.

    Args:
        at: gates and states by symbol, and ``C-before``.
        step: counted from 1.
    """
    before = at["C-before"]
    return (
        rf"\begin{{aligned}} C_{{{step}}} &= \underbrace{{f}}_{{{at['f']:.3f}}} \cdot "
        rf"\underbrace{{C_{{{step - 1}}}}}_{{{before:.3f}}} + \underbrace{{i}}_{{{at['i']:.3f}}} \cdot "
        rf"\underbrace{{g}}_{{{at['g']:.3f}}} = {at['f'] * before:.3f} {at['i'] * at['g']:+.3f} = {at['C']:.3f} \\ "
        rf"h_{{{step}}} &= \underbrace{{o}}_{{{at['o']:.3f}}} \cdot \tanh({at['C']:.3f}) = {at['h']:.3f} "
        r"\end{aligned}"
    )
