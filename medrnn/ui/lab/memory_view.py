"""The reading player with the right picture, gates and answer in it."""

from functools import partial

import numpy as np
import streamlit as st

from medrnn.config import CELLS as TITLES
from medrnn.explanation.memory.course import describe_course
from medrnn.models.cards import Card
from medrnn.models.class_names import name_classes
from medrnn.types import Reading, Trace
from medrnn.ui import address, cached
from medrnn.ui.components.player import player
from medrnn.ui.lab.course_words import say_course
from medrnn.ui.lab.scene import Scene
from medrnn.ui.lab.unit_order import order
from medrnn.ui.state import bound, session

SIDE = 420  # pixels of the picture's longer side; the player shows it at 240 to 480


def choose_part(trace: Trace) -> None:
    """Which layer and direction."""
    _take_part(trace)
    if trace.layers > 1:
        bound(
            st.segmented_control,
            "Layer",
            range(trace.layers),
            "layer",
            format_func=lambda k: str(k + 1),
            required=True,
        )
    if len(trace.directions) > 1:
        bound(
            st.segmented_control,
            "Direction",
            trace.directions,
            "direction",
            format_func=str.capitalize,
            required=True,
        )
    state = session()
    state.layer = min(state.layer, trace.layers - 1)
    state.direction = state.direction if state.direction in trace.directions else "forward"


def _take_part(trace: Trace) -> None:
    """The layer and direction of an address."""
    state = session()
    if (layer := address.take("layer", range(trace.layers))) is not None:
        state.layer = layer
    state.direction = address.take("direction", trace.directions) or state.direction


def take_step(reading: Reading) -> None:
    """The step of an address."""
    if (step := address.take("step", range(len(reading.sequence)))) is not None:
        session().step = step


def _boxes_in(picture: np.ndarray, reading: Reading) -> np.ndarray:
    """The places of the steps in pixels of the picture of the crop."""
    x, y, width, height = reading.crop
    factor = np.array([picture.shape[1] / width, picture.shape[0] / height] * 2, np.float32)
    return (reading.boxes - np.array([x, y, 0, 0], np.float32)) * factor


def shared() -> dict[str, str | int | None]:
    """What of this page can be shared: layer and step count from 1."""
    state = session()
    step = None if state.step is None else state.step + 1
    return {"layer": state.layer + 1, "direction": state.direction, "step": step, "view": state.closer}


def say(scene: Scene) -> None:
    """How the answer came about, in one sentence."""
    is_prefix = scene.card.config.model.is_bidirectional
    course = describe_course(scene.prediction.steps, scene.reading, is_prefix=is_prefix)
    sentence = say_course(course, scene.card.classes)
    if scene.prediction.verdict.is_within:
        st.markdown(sentence)
    else:
        st.caption(
            f"What its answer did all the same, which tells of the network and not of the image: {sentence}"
        )


def show(scene: Scene) -> None:
    """The player; the step at which it comes to rest is kept."""
    state, card, prediction = session(), scene.card, scene.prediction
    picture, place = (
        cached.picture(scene.study, scene.reading, SIDE),
        order(scene, scene.layer, scene.direction),
    )
    parts = scene.trace.part(scene.layer, scene.direction)
    chosen = player.play(
        picture,
        _boxes_in(picture, scene.reading),
        {symbol: values[:, place] for symbol, values in parts.items()},
        prediction.steps[:, prediction.answer],
        classes=name_classes(card.classes),
        answer=prediction.answer,
        line=scene.line,
        step=state.step,
        link=scene.link,
        labels=place,
        is_backward=scene.direction == "backward",
        digest=f"{scene.key}/{scene.layer}/{scene.direction}/{state.ordering}",
        key="memory-player",
        title=f"How {card.title} read {scene.study.name}: its answer and each gate of {scene.part} after every step.",
        file=f"medrnn-memory-{card.id}-layer{scene.layer + 1}-{scene.direction}-{scene.study.key[:8]}",
        inference=scene.inference,
    )
    if chosen is not None:
        state.step = chosen


def downloads(scene: Scene) -> None:
    """The trace as files, and how exact it is."""
    from medrnn.explanation.export import pack_trace, pack_trace_zip, trace_table
    from medrnn.models.cells import CELLS

    card, reading, trace, inference = scene.card, scene.reading, scene.trace, scene.inference
    name = f"medrnn-trace-{card.id}-{reading.study_key[:8]}"
    save = partial(st.download_button, on_click="ignore", icon=":material/download:")
    with st.container(horizontal=True, vertical_alignment="center"):
        save("Trace (NPZ)", lambda: pack_trace(trace, reading, inference), f"{name}.npz")
        save("Table (CSV)", lambda: trace_table(trace, inference), f"{name}.csv", "text/csv")
        everything = lambda: pack_trace_zip(trace, reading, inference)  # noqa: E731  made when pressed
        save("Both, with a manifest (ZIP)", everything, f"{name}.zip", "application/zip")
        st.caption(_exactness(card, reading, trace), width="content")
    if note := CELLS[card.config.model.cell].note:
        st.caption(note)


def _exactness(card: Card, reading: Reading, trace: Trace) -> str:
    from medrnn.models.cells import CELLS

    step = session().step
    chosen = f"Step {step + 1} is chosen. " if step is not None else ""
    cell = CELLS[card.config.model.cell]
    run = f"torch's own run (the fused {TITLES[cell.name]})" if cell.fused else "the module's own run"
    prefix = (
        " Each answer is the model's answer to the part read so far."
        if card.config.model.is_bidirectional
        else ""
    )
    return (
        f"{chosen}Every value is recomputed step by step and agrees with {run} to "
        f"{max(trace.error, 1e-9):.0e}.{prefix}"
    )
