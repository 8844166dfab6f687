"""Lesson 3 on screen: the gradient's way back through three cells, with its start, its length and clipping."""

import streamlit as st

from medrnn.config import CELLS as NAMES
from medrnn.lessons.fading import CELLS, MODELS, MOST, SEED, Fading, fade_trained, fade_untrained
from medrnn.lessons.images import SIDE
from medrnn.lessons.lesson import Lesson
from medrnn.plots.lessons import axes
from medrnn.plots.lessons import fading as plots
from medrnn.ui import cached, parts
from medrnn.ui.learn import figure, knobs
from medrnn.ui.learn.question import ask

GAP = "\N{NO-BREAK SPACE}"


def view(lesson: Lesson) -> None:
    """The product of the steps, and once the question is answered what becomes of it."""
    st.markdown(
        "What step $t$ can still do to the answer is a product with one factor for each step after it:"
    )
    st.latex(
        r"\frac{\partial L}{\partial x_t} = \frac{\partial L}{\partial h_T}"
        r"\left(\prod_{k=t+1}^{T} \frac{\partial h_k}{\partial h_{k-1}}\right)\frac{\partial h_t}{\partial x_t}"
    )
    st.latex(r"\text{plain RNN: } \frac{\partial h_k}{\partial h_{k-1}} = \mathrm{diag}(1 - h_k^2)\,W_{hh}")
    st.markdown("Where the gradient has faded, nothing is learnt of what was read there.")
    if ask(lesson):
        _experiment(lesson)


def _experiment(lesson: Lesson) -> None:
    with st.container(horizontal=True, gap="medium"):
        start = str(knobs.pick(lesson, "start"))
        clip = str(knobs.pick(lesson, "clip")) == "on"
        scale = float(knobs.pick(lesson, "scale")) if start != "trained" else 1.0
        with st.container(width=300):
            length = int(knobs.pick(lesson, "length")) if start != "trained" else SIDE
    found = _fade(lesson, start, length, scale)
    said = say(found)
    st.markdown(said)
    figure.show(
        plots.gradients(found, is_clipped=clip, dark=parts.is_dark()), "fading", f"Norm by step. {said}"
    )
    st.markdown(table(found, is_clipped=clip))
    if clip:
        st.markdown(
            f"Clipping multiplies the whole gradient by one number, so that its norm is at most {MOST:g}: it saves the "
            "update from an explosion, and leaves the share that reaches step 1 as it is. Thin: before clipping."
        )
    st.caption(_how(start))


def _how(start: str) -> str:
    if start == "trained":
        return (
            f"The shipped {', '.join(MODELS.values())}: 3 x 128 units, trained from the good start at 28 steps; the "
            "loss of two test digits that they read rightly, so their gradients are small. In float64."
        )
    return (
        f"One layer of 128 units each, untrained, weights drawn from seed {SEED}; the loss of two test digits, torch's "
        "own gradient in float64."
    )


def _fade(lesson: Lesson, start: str, length: int, scale: float) -> Fading:
    def make() -> Fading:
        if start != "trained":
            return fade_untrained(start, length, scale)
        cards = cached.cards()
        return fade_trained({cell: cached.model(cards[name], "cpu") for cell, name in MODELS.items()})

    return cached.of_lesson(lesson.id, start, length, scale, make=make)


def say(found: Fading) -> str:
    """What arrives at step 1, in one sentence."""
    shares = ", ".join(f"{NAMES[cell]} **{power(found.arrives(cell))}**" for cell in CELLS)
    return f"Of the gradient at step {found.steps} there arrives at step 1: {shares}."


def power(value: float) -> str:
    """A share as people read it: 0.12, 6.4, or 3 x 10⁻⁶."""
    if 0.001 <= value < 1000:
        return f"{value:.2g}" if value < 100 else f"{value:.0f}"
    mantissa, exponent = f"{value:.0e}".split("e")
    return f"{mantissa}{GAP}x{GAP}{axes.power(int(exponent))}"


def table(found: Fading, *, is_clipped: bool) -> str:
    """The numbers of every cell as a table in Markdown."""
    lines = [
        "| cell | arrives at step 1 | factor a step | norm of the update's gradient |",
        "|---|---|---|---|",
    ]
    for cell in CELLS:
        norm, by = found.weights[cell], found.clipped(cell) if is_clipped else 1.0
        update = power(norm) if by == 1 else f"{power(norm)}, clipped to {power(by * norm)}"
        factor = rf"${found.factor(cell):.3f}^{{{found.steps - 1}}}$"
        lines.append(f"| {NAMES[cell]} | {power(found.arrives(cell))} | {factor} | {update} |")
    return "\n".join(lines)
