"""The answer over time: decoded after every step, how sure it is, from when on it stays."""

import math

import numpy as np
import streamlit as st

from medrnn.explanation.memory.settling import AnswerOverTime, describe_answers
from medrnn.ui.components.tracks.rows import Bars, Lines, Marks, Row
from medrnn.ui.foreign import shown
from medrnn.ui.lab import selected
from medrnn.ui.lab.scene import Scene

HEIGHT = 72
NO_ANSWER = (
    "Of an image that the model does not know this tells how the network works, not what is in the image."
)
MOST = 10  # classes drawn


def _words(scene: Scene, found: AnswerOverTime, answers: np.ndarray) -> str:
    """How often the answer leads, from when on, and how far its probability moves there."""
    name, steps, last = shown(scene.classes[scene.prediction.answer]), len(answers), answers[-1]
    count, since = round(found.stability * steps), found.settled + 1
    leads = f"**{name}** leads in {count} of {steps} steps, without a break from step **{since}** on"
    moves = (
        f"From there its probability lies between {100 * found.lowest:.1f} and {100 * found.highest:.1f} %"
    )
    end = f"at the end it is {100 * last.max():.1f} %, {100 * found.margin_at_end:.1f} points before the next class"
    before = scene.named(
        " What comes before was the answer to a part of the image, on which the model was not trained."
    )
    return f"{leads}. {moves}; {end}.{before if found.settled else ''}"


def view(scene: Scene) -> None:
    """Probabilities, entropy, margin and movement over the steps."""
    steps, classes = scene.answers, scene.card.classes
    if steps is None:
        return
    found = describe_answers(steps)
    words = _words(scene, found, steps)
    st.markdown(words) if scene.prediction.verdict.is_within else st.caption(
        f"{scene.named(NO_ANSWER)} {words}"
    )
    likely = sorted(np.argsort(-steps.max(0), kind="stable")[:MOST])
    which = "each class" if len(likely) == len(classes) else f"the {MOST} likeliest classes"
    names = scene.classes
    settled = (found.settled, f"settled: {names[scene.prediction.answer]}")
    most = math.log2(len(classes))
    rows: list[Row] = [
        Lines(
            "Probability",
            {classes[k]: steps[:, k] for k in likely},
            scene.named(f"p of {which}, had the image ended here"),
            limits=(0, 1),
            threshold=0.5 if len(classes) == 2 else None,
            names=dict(zip(classes, names, strict=True)),
            series="p",
        ),
        Marks(
            "Decided", [settled], "the step from which on the same class leads to the end", series="settled"
        ),
        Lines(
            "How unsure it is",
            {"entropy": found.entropy},
            f"entropy: 0 when sure of one class, {most:.2g} bits when all are equal",
            "bits",
            limits=(0, most),
            series="entropy",
        ),
        Lines(
            "Lead over the next class",
            {"margin": found.margin},
            "margin: the first probability less the second",
            limits=(0, 1),
            series="margin",
        ),
        Bars(
            "Changed its mind",
            found.moved,
            "probability that went from one class to another at this step",
            limits=(0, 1),
            series="moved",
        ),
    ]
    title = f"The answer of {scene.card.title} to {scene.study.name} over the steps."
    selected.show(scene, rows, name="answer", title=title, height=HEIGHT)
