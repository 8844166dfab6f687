"""Lesson 7 on screen: sixty real steps of training with and without clipping."""

import numpy as np
import streamlit as st

from medrnn.lessons.clipping import BATCH, CLIPS, STEPS, WIDTH, Training, train
from medrnn.lessons.lesson import Lesson
from medrnn.plots.lessons import clipping as plots
from medrnn.ui import cached, parts
from medrnn.ui.learn import figure, knobs
from medrnn.ui.learn.question import ask


def view(lesson: Lesson) -> None:
    """The two ways of clipping, and once the question is answered what they do in training."""
    st.markdown(
        "Training goes a step of the learning rate $\\eta$ along the gradient $g$, however long it is:"
    )
    st.latex(
        r"\begin{aligned} \text{by norm: } & g \leftarrow g \cdot \min\left(1, \frac{c}{\lVert g \rVert}\right) \\"
        r"\text{by value: } & g_k \leftarrow \max(-v, \min(v, g_k)) \end{aligned}"
    )
    if ask(lesson):
        _experiment(lesson)


def _experiment(lesson: Lesson) -> None:
    with st.container(horizontal=True, gap="medium"):
        rate, how = float(knobs.pick(lesson, "rate")), str(knobs.pick(lesson, "clip"))
        seed = int(knobs.pick(lesson, "seed"))
    with st.spinner(f"Training {STEPS} batches"):
        found = {key: _train(lesson, rate, key, seed) for key in dict.fromkeys(("off", how))}
    one, said, dark = found[how], say(found, rate), parts.is_dark()
    st.markdown(said)
    left, right = st.columns(2, gap="medium")
    with left:
        figure.show(plots.losses(found, dark=dark), "clipping-loss", f"Loss by batch. {said}")
    with right:
        top = f"The longest gradient has norm {one.before.max():.3g}, {one.after.max():.3g} after clipping."
        figure.show(plots.norms(one, dark=dark), "clipping-norm", top)
    st.markdown(turn(one, how))
    st.markdown(
        f"**In front of batch {one.longest + 1}**, where the gradient was longest: the loss along it, and where two "
        "steps land."
    )
    length = one.rate * one.before[one.longest]
    lands = float(np.interp(length, one.along, one.cliff))
    figure.show(
        plots.cliff(one, dark=dark),
        "clipping-cliff",
        f"The loss was {one.cliff[0]:.2f}; a step as long as the gradient asks lands at {lands:.2f}",
    )
    st.caption(
        f"A plain RNN of {WIDTH} units from the good start with seed {seed}, trained here and now: {STEPS} batches of "
        f"{BATCH} digits of MNIST, SGD without momentum."
    )


def _train(lesson: Lesson, rate: float, how: str, seed: int) -> Training:
    return cached.of_lesson(lesson.id, rate, how, seed, make=lambda: train(rate, how, seed))


def say(found: dict[str, Training], rate: float) -> str:
    """Where the runs ended, in one sentence."""
    ends = ", ".join(f"clipping {CLIPS[how]}: **{one.ended:.2f}**" for how, one in found.items())
    return f"Mean loss of the last ten batches at learning rate {rate:g}; {ends} (guessing: 2.30)."


def turn(one: Training, how: str) -> str:
    """What clipping did to the direction, in one sentence."""
    count = int((one.after < one.before * (1 - 1e-6)).sum())
    if how == "off":
        return "Nothing is clipped: every step is as long as its gradient asks."
    angle = (
        "and none of them turned" if one.degrees < 0.1 else f"and turned by up to {one.degrees:.0f} degrees"
    )
    return f"{count} of {STEPS} gradients were shortened, {angle}."
