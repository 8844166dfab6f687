"""Lesson 2 on screen: one unit, one step, the equation with its numbers, and the products behind each term."""

import numpy as np
import streamlit as st

from medrnn.lessons.images import DIGITS
from medrnn.lessons.lesson import Lesson
from medrnn.lessons.step import MODEL, UnitRun, follow
from medrnn.plots.lessons import step as plots
from medrnn.ui import cached, parts
from medrnn.ui.learn import figure, knobs
from medrnn.ui.learn.question import ask


def view(lesson: Lesson) -> None:
    """The equation with live numbers, the row and the products; all steps once the question is answered."""
    st.markdown(
        "The network reads row $t$ as the numbers $x_t$ and keeps its memory in $h$, one number a unit. "
        "Every unit does the same sum with weights of its own:"
    )
    with st.container(horizontal=True, gap="medium"):
        image = str(knobs.pick(lesson, "image"))
        with st.container(width=280):
            step = int(knobs.pick(lesson, "step")) - 1
        with st.container(width=280):
            unit = int(knobs.pick(lesson, "unit"))
    run = _follow(lesson, image, unit)
    st.latex(equation(run, step, unit))
    term = str(knobs.pick(lesson, "term"))
    left, right = st.columns([2, 3], gap="medium")
    dark = parts.is_dark()
    with left:
        seen = f"{DIGITS[image].capitalize()}, row {step + 1} framed and alone below it"
        figure.show(plots.row_read(run, step, dark=dark), "step-row", seen)
    with right:
        figure.show(plots.products(run, step, term, dark=dark), "step-products", say(run, step, term))
    st.markdown(say(run, step, term))
    st.caption(
        f"torch's own code gives {run.torch[step]:.7f} for this unit at this step, the written equation in float64 "
        f"{run.h[step]:.7f}. First layer of {MODEL}, 128 units; above it two more layers do the same."
    )
    if ask(lesson):
        _reveal(run, step, unit)


def _follow(lesson: Lesson, image: str, unit: int) -> UnitRun:
    card = cached.cards()[MODEL]
    return cached.of_lesson(
        lesson.id, image, unit, make=lambda: follow(cached.model(card, "cpu"), image, unit)
    )


def equation(run: UnitRun, step: int, unit: int) -> str:
    """The unit's equation at a step, filled with its numbers, as KaTeX."""
    terms = {name: float(values[step]) for name, values in run.terms.items()}
    total, state = float(run.total[step]), float(run.h[step])
    return (
        rf"\begin{{aligned}} h_{{{step + 1}}}[{unit}] &= \tanh\big("
        rf"\underbrace{{W_{{xh}}\,x_{{{step + 1}}}}}_{{{terms['input']:+.3f}}} + "
        rf"\underbrace{{W_{{hh}}\,h_{{{step}}}}}_{{{terms['memory']:+.3f}}} + "
        rf"\underbrace{{b}}_{{{terms['bias']:+.3f}}}\big) \\ &= \tanh({total:.3f}) = {state:.3f} \end{{aligned}}"
    )


def say(run: UnitRun, step: int, term: str) -> str:
    """What the chosen term adds up, in one sentence."""
    if term == "tanh":
        kept = float(1 - run.h[step] ** 2)
        return (
            f"The sum {run.total[step]:.3f} becomes {run.h[step]:.3f}. The slope of tanh there is {kept:.3f}: so much "
            "of a small change gets through."
        )
    if term == "bias":
        first, second = run.bias
        return f"Two biases, {first:.4f} and {second:.4f}, add up to {run.bias.sum():.3f}, the same at every step."
    values = (run.from_input if term == "input" else run.from_memory)[step]
    size, what = np.abs(values).sum(), "values of the row" if term == "input" else "units of the memory"
    if not size:
        return (
            f"All {len(values)} products are 0: the row is black."
            if term == "input"
            else ("All products are 0: before the first step there is no memory.")
        )
    order = np.sort(np.abs(values))[::-1]
    count = int(np.searchsorted(order.cumsum(), size / 2)) + 1
    return (
        f"{len(values)} products, one for each of the {what}, add up to {values.sum():.3f}. The {count} largest make "
        "half of all that is added and taken away."
    )


def _reveal(run: UnitRun, step: int, unit: int) -> None:
    input_, memory = (np.abs(run.terms[name][1:]) for name in ("input", "memory"))
    count = int((memory > input_).sum())
    said = f"Of unit {unit} the memory term is the larger one at {count} of the {len(memory)} steps after the first."
    st.markdown(said)
    figure.show(
        plots.terms_over_steps(run, step, dark=parts.is_dark()), "step-terms", f"Terms over the steps. {said}"
    )
