"""What the lessons on the LSTM and the GRU share: their controls, their runs, the answer with a gate held."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from medrnn.lessons.gates import AS_IT_IS, GateRun, run
from medrnn.lessons.lesson import Lesson
from medrnn.plots.lessons import gates as plots
from medrnn.ui import cached, parts
from medrnn.ui.learn import figure, knobs
from medrnn.ui.state import session

if TYPE_CHECKING:
    from medrnn.models.classifier import Classifier


class Choice(NamedTuple):
    """Which unit of which image at which step, steps and units from 0."""

    image: str
    step: int
    unit: int


def choose(lesson: Lesson) -> Choice:
    """The three controls that every gate lesson begins with."""
    with st.container(horizontal=True, gap="medium"):
        image = str(knobs.pick(lesson, "image"))
        with st.container(width=280):
            step = int(knobs.pick(lesson, "step")) - 1
        with st.container(width=280):
            unit = int(knobs.pick(lesson, "unit"))
    return Choice(image, step, unit)


def setting_of(lesson: Lesson) -> str:
    """How the gate is held, as long as that may be seen: once the question is answered."""
    return str(knobs.value(lesson, "set")) if lesson.id in session().learnt else AS_IT_IS


def network(model: str) -> "Classifier":
    """A shipped network, to be run inside of ``cached.of_lesson``."""
    return cached.model(cached.cards()[model], "cpu")


def read(lesson: Lesson, model: str, image: str, setting: str) -> GateRun:
    """A digit read with a gate held, kept."""
    return cached.of_lesson(lesson.id, image, setting, make=lambda: run(network(model), image, setting))


def of_unit(found: GateRun, chosen: Choice) -> dict[str, float]:
    """Every gate and state of the chosen unit at the chosen step, and "before": its states one step earlier."""
    now = {symbol: found.at(symbol, chosen.step, chosen.unit) for symbol in found.values}
    return now | {f"{s}-before": found.at(s, chosen.step - 1, chosen.unit) for s in "Ch" if s in now}


def show_gates(lesson: Lesson, found: GateRun, chosen: Choice, sets: Mapping[str, tuple[str, str]]) -> None:
    """One picture for the gates, one for the states.

    Args:
        lesson: whose.
        found: of the network.
        chosen: the unit and the step.
        sets: symbols drawn together to (title of their axis, what the picture is called).
    """
    values = {symbol: all_units[:, chosen.unit] for symbol, all_units in found.values.items()}
    for column, (symbols, (title, name)) in zip(
        st.columns(len(sets), gap="medium"), sets.items(), strict=True
    ):
        with column:
            told = ", ".join(f"{s} {values[s][chosen.step]:.2f}" for s in symbols)
            figure.show(
                plots.unit_gates(values, chosen.step, list(symbols), title=title, dark=parts.is_dark()),
                f"{lesson.id}-{name}",
                f"Unit {chosen.unit} over the steps; at step {chosen.step + 1}: {told}",
            )


def show_held(lesson: Lesson, model: str, chosen: Choice, setting: str, right: Mapping[str, int]) -> None:
    """What became of the answer.

    Args:
        lesson: whose.
        model: id of the shipped network.
        chosen: the image.
        setting: of the gate.
        right: percent of test digits read right, by setting.
    """
    before, after = read(lesson, model, chosen.image, AS_IT_IS), read(lesson, model, chosen.image, setting)
    how = lesson.knob("set").show(setting)
    said = (
        f"As it is, the network says **{before.answer}** with {100 * before.sure:.1f} %. With {how}: "
        f"**{after.answer}** with {100 * after.sure:.1f} %; of the first 200 test digits {right[setting]} % right."
        if setting != AS_IT_IS
        else f"As it is, the network says **{before.answer}** with {100 * before.sure:.1f} %. Hold a gate above."
    )
    st.markdown(said)
    figure.show(
        plots.held_answers(before.answers[-1], after.answers[-1], dark=parts.is_dark()),
        f"{lesson.id}-answer",
        said.replace("**", ""),
    )
